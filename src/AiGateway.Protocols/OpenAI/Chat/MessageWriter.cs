using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes a request's conversation, whatever dialect it comes from.</summary>
/// <remarks>
/// A tool's results become messages of their own, directly behind the calls. Pictures and files in results follow in a
/// message of the user: the dialect takes text in results only. Texts of other dialects' messages are joined by blank lines,
/// because not every copy takes lists.
/// </remarks>
internal sealed class MessageWriter(ChatRequest request, Translation translation, Dialect dialect, Utf8JsonWriter json)
{
    private readonly bool _isOwn = request.Source == dialect;
    private readonly bool _hasMarks = request.Source == dialect || translation.Traits.CacheMarks;
    private readonly CallIds _ids = new(dialect == Dialect.Mistral, request.Source == dialect);
    private readonly bool _mendsRoles = dialect == Dialect.Mistral && request.Source != dialect;
    private readonly List<ChatPart> _deferred = [];
    private bool _afterResult;

    /// <summary>Writes <c>messages</c>.</summary>
    /// <param name="instruction">What to add to the instructions; null for nothing.</param>
    public void WriteAll(string? instruction)
    {
        json.WriteStartArray("messages"u8);
        var instructed = instruction is null ? -1 : request.Messages.FindIndex(static message => message.Role is ChatRole.System or ChatRole.Developer);
        if (instruction is not null && instructed < 0)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "system"u8);
            json.WriteString("content"u8, instruction);
            json.WriteEndObject();
        }
        for (var i = 0; i < request.Messages.Count; i++)
            Message(request.Messages[i], $"messages[{i}]", i == instructed ? instruction : null);
        FlushDeferred();
        json.WriteEndArray();
    }

    private void Message(ChatMessage message, string path, string? instruction)
    {
        var results = 0;
        if (message.Role != ChatRole.Assistant)
        {
            for (var j = 0; j < message.Parts.Count; j++)
            {
                if (message.Parts[j] is not ToolResultPart result)
                    continue;
                results++;
                Result(result, message, message.Parts.Count == 1 ? path : $"{path}.content[{j}]");
            }
            if (results == message.Parts.Count && results > 0)
                return;
        }
        if (message.Role == ChatRole.Assistant)
        {
            FlushDeferred();
            _afterResult = false;
            new AssistantMessageWriter(request, translation, dialect, json, _ids).Write(message, path, isPrefix: _mendsRoles && message == request.Messages[^1]);
            return;
        }
        var parts = new List<ChatPart>(_deferred);
        _deferred.Clear();
        for (var j = 0; j < message.Parts.Count; j++)
        {
            if (message.Parts[j] is not ToolResultPart && PartWriting.Fit(message.Parts[j], $"{path}.content[{j}]", request, translation, dialect) is { } part)
                parts.Add(part);
        }
        if (parts.Count == 0 && !_isOwn && instruction is null)
            return;
        if (instruction is not null)
            parts.Add(new TextPart(instruction));
        if (message.Role is not (ChatRole.System or ChatRole.Developer))
            SayBetween();
        json.WriteStartObject();
        json.WriteString("role"u8, RoleOf(message.Role));
        if (message.Name is { } name)
            json.WriteString("name"u8, name);
        Content(parts, message.IsPlainText, path, message.Role is ChatRole.System or ChatRole.Developer);
        Extensions(message, path);
        json.WriteEndObject();
    }

    private ReadOnlySpan<byte> RoleOf(ChatRole role) => role switch
    {
        ChatRole.System => "system"u8,
        ChatRole.Developer when translation.Traits.DeveloperRole && dialect != Dialect.Mistral => "developer"u8,
        ChatRole.Developer => "system"u8,
        _ => "user"u8,
    };

    private void Content(List<ChatPart> parts, bool isPlain, string path, bool isTextOnly)
    {
        if (isTextOnly && !_isOwn && parts.RemoveAll(static part => part is not TextPart) > 0)
            translation.Drop(path + ".content", "instructions are text");
        var asText = isPlain;
        if (!_isOwn)
            asText = parts.TrueForAll(part => part is TextPart && (part.CacheMark is null || !_hasMarks));
        if (!_hasMarks && parts.Exists(static part => part.CacheMark is not null))
            translation.Drop(path + ".content.cache_control", "the target caches by itself");
        if (asText && parts.TrueForAll(static part => part is TextPart))
        {
            json.WriteString("content"u8, Joined(parts));
            return;
        }
        json.WriteStartArray("content"u8);
        foreach (var part in parts)
            PartWriting.Write(json, part, dialect, _isOwn, _hasMarks);
        json.WriteEndArray();
    }

    private static string Joined(List<ChatPart> parts) =>
        parts.Count == 1 ? ((TextPart)parts[0]).Text : string.Join("\n\n", parts.ConvertAll(static part => ((TextPart)part).Text));

    /// <summary>Mistral refuses the user behind a result ("Unexpected role 'user' after role 'tool'"): the model has to have said something.</summary>
    private void SayBetween()
    {
        if (!_mendsRoles || !_afterResult)
            return;
        _afterResult = false;
        json.WriteStartObject();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, "OK");
        json.WriteEndObject();
        translation.Approximate("messages", "Mistral takes no user's turn behind a result: the model's 'OK' stands between");
    }

    private void Result(ToolResultPart result, ChatMessage message, string path)
    {
        _afterResult = true;
        var isFunction = _isOwn && result.CallId.StartsWith(AssistantReading.FunctionCallId, StringComparison.Ordinal);
        json.WriteStartObject();
        json.WriteString("role"u8, isFunction ? "function"u8 : "tool"u8);
        if (!isFunction)
            json.WriteString("tool_call_id"u8, _ids.Of(result));
        if (result.Name is { } name && (_isOwn || dialect == Dialect.Mistral))
            json.WriteString("name"u8, name);
        if (!result.Json.IsAbsent)
        {
            json.WriteString("content"u8, result.Json.Words);
        }
        else
        {
            ResultContent(result, path);
        }
        Extensions(message, path);
        json.WriteEndObject();
    }

    private void ResultContent(ToolResultPart result, string path)
    {
        var parts = new List<ChatPart>();
        if (result.IsError == true)
        {
            parts.Add(new TextPart("Error:"));
            translation.Approximate(path + ".is_error", "told in words");
        }
        for (var i = 0; i < result.Content.Count; i++)
        {
            if (PartWriting.Fit(result.Content[i], $"{path}.content[{i}]", request, translation, dialect) is not { } part)
                continue;
            if (part is TextPart || _isOwn)
            {
                parts.Add(part);
                continue;
            }
            if (_deferred.Count == 0)
                translation.Approximate(path + ".content", "media of results follow in a message of the user");
            _deferred.Add(part);
            parts.Add(new TextPart("(See the attachment in the next message.)"));
        }
        if (parts.Count == 0)
            json.WriteString("content"u8, "");
        else
            Content(parts, result.IsPlainText, path, isTextOnly: false);
    }

    private void FlushDeferred()
    {
        if (_deferred.Count == 0)
            return;
        SayBetween();
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        foreach (var part in _deferred)
            PartWriting.Write(json, part, dialect, _isOwn, _hasMarks);
        json.WriteEndArray();
        json.WriteEndObject();
        _deferred.Clear();
    }

    private void Extensions(ChatMessage message, string path)
    {
        if (_isOwn)
            message.Extensions?.WriteTo(json);
        else
            translation.DropAll(message.Extensions, path);
    }
}
