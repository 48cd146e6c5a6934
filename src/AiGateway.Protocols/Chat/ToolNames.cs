using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Protocols.Chat;

/// <summary>Names of tools that a target refuses, under others that it takes, and back again in its answer.</summary>
/// <remarks>
/// Anthropic takes 128 characters and Gemini dots and colons; OpenAI, Mistral and Converse take 64 of <c>[a-zA-Z0-9_-]</c>, and
/// Google's names begin with a letter or <c>_</c>. A name that does not fit keeps its beginning and ends with a hash of the
/// whole: the same in each turn, without a table.
/// Sources: https://platform.openai.com/docs/api-reference/chat/create (tools), https://ai.google.dev/api/caching#FunctionDeclaration,
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html.
/// </remarks>
public sealed class ToolNames
{
    private const int Longest = 64;
    private const int HashBytes = 4;

    private readonly Dictionary<string, string> _originals;

    private ToolNames(Dictionary<string, string> originals) => _originals = originals;

    /// <summary>The names of a request's tools that its target gets under others; null when it gets them all as they are.</summary>
    public static ToolNames? Of(ChatRequest request, Dialect target)
    {
        Dictionary<string, string>? originals = null;
        foreach (var tool in request.Tools)
        {
            if (request.Source != target && !Fits(tool.Name, target) && (tool.Native.IsAbsent || CustomTools.Is(tool)))
                (originals ??= new Dictionary<string, string>(StringComparer.Ordinal))[Fitted(tool.Name, target)] = tool.Name;
        }
        return originals is null ? null : new ToolNames(originals);
    }

    /// <summary>Gives the calls of an answer the names that the caller knows.</summary>
    public void Restore(ChatResponse response)
    {
        foreach (var candidate in response.Candidates)
        {
            foreach (var part in candidate.Parts)
            {
                if (part is ToolCallPart call && _originals.TryGetValue(call.Name, out var original))
                    call.Name = original;
            }
        }
    }

    /// <summary>The step, with the name that the caller knows where it begins a call.</summary>
    public ChatEvent Restore(in ChatEvent step) =>
        step is { PartKind: ChatPartKind.ToolCall, Name: { } name } && _originals.TryGetValue(name, out var original) ? step with { Name = original } : step;

    /// <summary>The request with names that the target takes; the same one when it takes them all.</summary>
    internal static ChatRequest Fit(ChatRequest request, Dialect target, Translation translation)
    {
        if (request.Source == target || !HasOthers(request, target))
            return request;
        var messages = request.Messages.ConvertAll(message => Fit(message, target));
        var tools = new List<ChatTool>(request.Tools.Count);
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (!tool.Native.IsAbsent || Fits(tool.Name, target))
            {
                tools.Add(tool);
                continue;
            }
            tools.Add(tool.Renamed(Fitted(tool.Name, target)));
            translation.Approximate(FormattableString.Invariant($"tools[{i}].name"), $"the target takes no such name: it goes as '{tools[i].Name}'");
        }
        var fitted = request.With(messages, tools);
        if (request.ToolChoice is { } choice)
        {
            fitted.ToolChoice = choice with
            {
                Name = choice.Name is { } name ? Fitted(name, target) : null,
                Allowed = choice.Allowed?.Select(allowed => Fitted(allowed, target)).ToList(),
            };
        }
        return fitted;
    }

    private static bool HasOthers(ChatRequest request, Dialect target) =>
        request.Tools.Exists(tool => tool.Native.IsAbsent && !Fits(tool.Name, target))
        || request.Messages.Exists(message => message.Parts.Exists(part => part is ToolCallPart call && !Fits(call.Name, target)));

    private static ChatMessage Fit(ChatMessage message, Dialect target)
    {
        if (!message.Parts.Exists(static part => part is ToolCallPart or ToolResultPart { Name: not null }))
            return message;
        return message.With(message.Parts.ConvertAll(part => part switch
        {
            ToolCallPart call => call.Renamed(Fitted(call.Name, target)),
            ToolResultPart { Name: { } name } result => result.Renamed(Fitted(name, target)),
            _ => part,
        }));
    }

    private static bool Fits(string name, Dialect target)
    {
        if (target is Dialect.Cohere or Dialect.Ollama || name.Length == 0)
            return true;
        if (name.Length > Longest || (target == Dialect.Gemini && !char.IsAsciiLetter(name[0]) && name[0] != '_'))
            return false;
        foreach (var letter in name)
        {
            if (!Fits(letter, target))
                return false;
        }
        return true;
    }

    private static bool Fits(char letter, Dialect target) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' || (target == Dialect.Gemini && letter is ('.' or ':'));

    private static string Fitted(string name, Dialect target)
    {
        if (Fits(name, target))
            return name;
        var fitted = new StringBuilder(Longest);
        if (target == Dialect.Gemini && !char.IsAsciiLetter(name[0]))
            fitted.Append('_');
        foreach (var letter in name)
        {
            if (fitted.Length == Longest - 1 - (2 * HashBytes))
                break;
            fitted.Append(Fits(letter, target) ? letter : '_');
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return fitted.Append('_').Append(Convert.ToHexStringLower(hash[..HashBytes])).ToString();
    }
}
