using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes the conversation: <c>instructions</c> and <c>input</c>.</summary>
internal sealed class InputWriter(ChatRequest request, Translation translation, Utf8JsonWriter json)
{
    private readonly bool _isOwn = request.Source == Dialect.OpenAIResponses;
    private readonly CallIds _ids = new();
    private bool _cacheMarkNamed;

    public void Write()
    {
        var instructions = request.Messages.Count > 0 ? Instructions(request.Messages[0]) : null;
        var first = instructions is null ? 0 : 1;
        if (!_isOwn && request.Format?.Kind == ChatFormatKind.Json && !SaysJson())
        {
            // OpenAI refuses JSON mode unless the conversation speaks of it.
            translation.Approximate("response_format", "JSON mode at OpenAI takes an instruction as well");
            instructions = instructions is null ? "Answer with JSON." : instructions + "\n\nAnswer with JSON.";
        }
        if (instructions is not null)
            json.WriteString("instructions"u8, instructions);
        if (request.Messages.Count == first + 1 && request.Messages[first] is { Item.Place: ChatItemPlace.Input, Parts: [TextPart only] })
        {
            json.WriteString("input"u8, only.Text);
            return;
        }

        // An own request without input names a prompt, a conversation or a response that holds it.
        if (_isOwn && request.Messages.Count == first)
            return;
        json.WriteStartArray("input"u8);
        for (var i = first; i < request.Messages.Count; i++)
            WriteMessage(request.Messages[i], FormattableString.Invariant($"messages[{i}]"));
        json.WriteEndArray();
    }

    private bool SaysJson()
    {
        foreach (var message in request.Messages)
        {
            if (message.Parts.Exists(static part => part is TextPart text && text.Text.Contains("json", StringComparison.OrdinalIgnoreCase)))
                return true;
        }
        return false;
    }

    /// <summary>A system prompt that opens the conversation and is text alone.</summary>
    private string? Instructions(ChatMessage message)
    {
        if (_isOwn)
            return message is { Item.Place: ChatItemPlace.Instructions, Parts: [TextPart own] } ? own.Text : null;
        if (message.Role != ChatRole.System || message.Parts.Count == 0)
            return null;
        var text = new StringBuilder();
        foreach (var part in message.Parts)
        {
            if (part is not TextPart { CacheMark: null } piece)
                return null;
            if (text.Length > 0 && piece.Text.Length > 0)
                text.Append("\n\n");
            text.Append(piece.Text);
        }
        return text.ToString();
    }

    private void WriteMessage(ChatMessage message, string path)
    {
        if (!_isOwn)
        {
            translation.DropAll(message.Extensions, path);
            if (message.Name is not null)
                translation.Drop(path + ".name", "Responses has no names of speakers");
        }
        if (message.Role is ChatRole.Assistant)
        {
            WriteTurn(message, path);
            return;
        }

        // Results stand alone; what is said around them keeps its place.
        var from = 0;
        for (var i = 0; i <= message.Parts.Count; i++)
        {
            var part = i < message.Parts.Count ? message.Parts[i] : null;
            var isItem = part is ToolResultPart or ToolCallPart or ThinkingPart || (message.Role == ChatRole.Tool && part is OpaquePart);
            if (part is not null && !isItem)
                continue;
            if (i > from || (message.Parts.Count == 0 && _isOwn))
                WriteSaid(message, from, i, path);
            from = i + 1;
            if (part is ToolResultPart result)
                WriteResult(result, FormattableString.Invariant($"{path}.content[{i}]"));
            else if (part is not null)
                WriteTurnPart(part, FormattableString.Invariant($"{path}.content[{i}]"));
        }
    }

    private void WriteSaid(ChatMessage message, int from, int to, string path)
    {
        var item = _isOwn ? message.Item : null;
        var role = message.Role switch { ChatRole.System => "system"u8, ChatRole.Developer => "developer"u8, _ => "user"u8 };
        if (!_isOwn && !HasContent(message, from, to))
        {
            for (var i = from; i < to; i++)
                Refuse(message.Parts[i], FormattableString.Invariant($"{path}.content[{i}]"));
            return;
        }
        json.WriteStartObject();
        if (item?.Type is not null)
            json.WriteString("type"u8, item.Type);
        if (item?.Id is not null)
            json.WriteString("id"u8, item.Id);
        json.WriteString("role"u8, role);
        if (to == from + 1 && message.Parts[from] is TextPart only && (message.IsPlainText || !_isOwn))
        {
            NameCacheMark(only, path);
            json.WriteString("content"u8, only.Text);
        }
        else
        {
            json.WriteStartArray("content"u8);
            for (var i = from; i < to; i++)
            {
                var partPath = FormattableString.Invariant($"{path}.content[{i}]");
                NameCacheMark(message.Parts[i], partPath);
                ContentWriter.WriteInput(json, message.Parts[i], _isOwn, translation, partPath);
            }
            json.WriteEndArray();
        }
        item?.Own?.WriteTo(json);
        if (_isOwn)
            message.Extensions?.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>Whether anything of it can be said in this dialect.</summary>
    private static bool HasContent(ChatMessage message, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (message.Parts[i] is TextPart { Text.Length: > 0 } or RefusalPart or MediaPart { Kind: MediaKind.Image or MediaKind.Document, FileId: null } or MediaPart { Kind: MediaKind.Audio, Transcript.Length: > 0 } or MediaPart { Kind: MediaKind.Audio, Base64: not null, MediaType: "audio/wav" or "audio/wave" or "audio/x-wav" or "audio/mpeg" or "audio/mp3" })
                return true;
        }
        return false;
    }

    private void Refuse(ChatPart part, string path)
    {
        if (part is not TextPart)
            translation.Drop(path, "Responses has no such input");
    }

    private void NameCacheMark(ChatPart part, string path)
    {
        if (_isOwn || part.CacheMark is null || _cacheMarkNamed)
            return;
        _cacheMarkNamed = true;
        translation.Approximate(path + ".cache_control", "OpenAI caches prompts by itself, without marks");
    }

    private void WriteTurn(ChatMessage message, string path)
    {
        var parts = message.Parts;
        for (var i = 0; i < parts.Count;)
        {
            if (!IsSaid(parts[i]))
            {
                WriteTurnPart(parts[i], FormattableString.Invariant($"{path}.content[{i}]"));
                i++;
                continue;
            }
            var end = i + 1;
            while (end < parts.Count && IsSaid(parts[end]) && ReferenceEquals(parts[end].Item, parts[i].Item))
                end++;
            WriteTurnMessage(parts.GetRange(i, end - i), path, i);
            i = end;
        }
    }

    private bool IsSaid(ChatPart part) => part is TextPart or RefusalPart || (part is MediaPart && !IsOwnImage(part)) || (part is OpaquePart { Item: not null } && _isOwn);

    /// <summary>Whether it is a picture of the image tool, which is an item of its own.</summary>
    private bool IsOwnImage(ChatPart part) => _isOwn && part is MediaPart { Item.Type: "image_generation_call" };

    private void WriteTurnMessage(List<ChatPart> parts, string path, int offset)
    {
        var item = _isOwn ? parts[0].Item : null;
        if (!_isOwn)
        {
            for (var i = parts.Count - 1; i >= 0; i--)
            {
                if (parts[i] is MediaPart { Transcript: null or "" })
                    translation.Drop(FormattableString.Invariant($"{path}.content[{offset + i}]"), "Responses takes back no media of the model");
                else if (parts[i] is not TextPart { Text.Length: 0 })
                    continue;
                parts.RemoveAt(i);
            }
            if (parts.Count == 0)
                return;
        }
        json.WriteStartObject();
        if (item is null || item.Type is not null)
            json.WriteString("type"u8, "message"u8);
        if (item?.Id is not null)
            json.WriteString("id"u8, item.Id);
        json.WriteString("role"u8, "assistant"u8);
        if (parts is [TextPart only] && (item?.IsPlainText ?? true))
        {
            json.WriteString("content"u8, only.Text);
        }
        else
        {
            json.WriteStartArray("content"u8);
            for (var i = 0; i < parts.Count; i++)
                WriteTurnContent(parts[i], FormattableString.Invariant($"{path}.content[{offset + i}]"));
            json.WriteEndArray();
        }
        item?.Own?.WriteTo(json);
        json.WriteEndObject();
    }

    private void WriteTurnContent(ChatPart part, string path)
    {
        switch (part)
        {
            case TextPart text:
                ContentWriter.WriteOutputText(json, text, _isOwn, isAnswer: false);
                break;
            case RefusalPart refusal:
                ContentWriter.WriteRefusal(json, refusal, _isOwn);
                break;
            case MediaPart { Transcript: { Length: > 0 } transcript } when !_isOwn:
                translation.Approximate(path, "of the model's sound only its transcript goes");
                ItemWriter.WriteText(json, "output_text"u8, transcript);
                break;
            default:
                ContentWriter.WriteInput(json, part, _isOwn, translation, path);
                break;
        }
    }

    private void WriteTurnPart(ChatPart part, string path)
    {
        switch (part)
        {
            case ToolCallPart call:
                if (!_isOwn)
                    translation.DropAll(call.Extensions, path);
                ItemWriter.WriteCall(json, call, _isOwn ? call.ItemId : null, _ids.OfCall(call), status: null, _isOwn);
                break;
            case ThinkingPart thinking when (thinking.SignedBy ?? request.Source) == Dialect.OpenAIResponses:
                ItemWriter.WriteThinking(json, thinking, thinking.Id, thinking.Encrypted, _isOwn);
                break;
            case ThinkingPart:
                translation.Drop(path, "thoughts go back only to the provider they came from");
                break;
            case ToolResultPart result:
                WriteResult(result, path);
                break;
            case MediaPart image:
                ItemWriter.WriteImage(json, image, id: null);
                break;
            case OpaquePart opaque when opaque.Dialect == Dialect.OpenAIResponses:
                opaque.Value.WriteTo(json);
                break;
            case OpaquePart opaque:
                translation.Drop(path, $"'{opaque.Type}' belongs to another dialect");
                break;
            default:
                break;
        }
    }

    private void WriteResult(ToolResultPart result, string path)
    {
        var id = _ids.OfResult(result);
        if (!_isOwn)
        {
            translation.DropAll(result.Extensions, path);
            NameCacheMark(result, path);
            if (result.IsError == true)
                translation.Drop(path + ".is_error", "Responses does not mark failed results");
        }
        json.WriteStartObject();
        json.WriteString("type"u8, _isOwn && result.Item?.Type is { } type ? type : _ids.IsCustom(id) ? "custom_tool_call_output" : "function_call_output");
        if (_isOwn && result.Item?.Id is { } itemId)
            json.WriteString("id"u8, itemId);
        json.WriteString("call_id"u8, id);
        WriteOutput(result, path);
        if (_isOwn)
        {
            result.Item?.Own?.WriteTo(json);
            result.Extensions?.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private void WriteOutput(ToolResultPart result, string path)
    {
        json.WritePropertyName("output"u8);
        if (!result.Json.IsAbsent)
        {
            if (_isOwn || result.Json.Utf8[0] == (byte)'"')
                result.Json.WriteTo(json);
            else
                json.WriteStringValue(result.Json.Utf8);
            return;
        }
        var isText = result.Content.TrueForAll(static part => part is TextPart);
        if (isText && (result.IsPlainText || !_isOwn))
        {
            json.WriteStringValue(result.Content.Count == 1 ? ((TextPart)result.Content[0]).Text : string.Join('\n', result.Content.ConvertAll(static part => ((TextPart)part).Text)));
            return;
        }
        json.WriteStartArray();
        for (var i = 0; i < result.Content.Count; i++)
            ContentWriter.WriteInput(json, result.Content[i], _isOwn, translation, FormattableString.Invariant($"{path}.content[{i}]"));
        json.WriteEndArray();
    }
}
