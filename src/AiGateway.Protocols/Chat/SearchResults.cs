using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.Chat;

/// <summary>What an application found and puts before the model as Anthropic's <c>search_result</c>, as text for targets that have no such block: the answer rests on it.</summary>
/// <remarks>Source: https://platform.claude.com/docs/en/build-with-claude/search-results.</remarks>
internal static class SearchResults
{
    /// <summary>The request with texts in place of search results; the same one when it has none, or when the target is of its own dialect.</summary>
    public static ChatRequest Say(ChatRequest request, Dialect target, Translation translation)
    {
        if (request.Source == target || !request.Messages.Exists(static message => message.Parts.Exists(Holds)))
            return request;
        var messages = new List<ChatMessage>(request.Messages.Count);
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            if (!message.Parts.Exists(Holds))
            {
                messages.Add(message);
                continue;
            }
            var parts = new List<ChatPart>(message.Parts.Count);
            for (var j = 0; j < message.Parts.Count; j++)
                parts.Add(Say(message.Parts[j], FormattableString.Invariant($"messages[{i}].content[{j}]"), translation));
            messages.Add(message.With(parts));
        }
        return request.With(messages);
    }

    private static bool Holds(ChatPart part) => Is(part) || (part is ToolResultPart result && result.Content.Exists(Is));

    private static bool Is(ChatPart part) => part is OpaquePart { Dialect: Dialect.Anthropic, Type: "search_result" };

    private static ChatPart Say(ChatPart part, string path, Translation translation)
    {
        switch (part)
        {
            case OpaquePart found when Is(found):
                translation.Approximate(path, "the search result is said as text");
                return new TextPart(Words(found.Value)) { CacheMark = found.CacheMark };
            case ToolResultPart result when Holds(result):
                return result.With(result.Content.ConvertAll(inner => Say(inner, path, translation)));
            default:
                return part;
        }
    }

    private static string Words(JsonValue value)
    {
        using var document = value.Open();
        var words = new StringBuilder();
        foreach (var name in (ReadOnlySpan<string>)["title", "source"])
        {
            if (document.RootElement.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String)
                words.Append(text.GetString()).Append('\n');
        }
        if (document.RootElement.TryGetProperty("content"u8, out var content) && content.ValueKind == JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray())
            {
                if (block.ValueKind == JsonValueKind.Object && block.TryGetProperty("text"u8, out var text) && text.ValueKind == JsonValueKind.String)
                    words.Append('\n').Append(text.GetString());
            }
        }
        return words.ToString();
    }
}
