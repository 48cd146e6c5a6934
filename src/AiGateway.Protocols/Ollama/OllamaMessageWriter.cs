using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Ollama;

/// <summary>Writes a request's messages. Made for one request.</summary>
internal sealed class OllamaMessageWriter(ChatRequest request, Translation translation, Utf8JsonWriter writer)
{
    private readonly bool _isOwn = request.Source == Dialect.Ollama;
    private readonly ToolCallLinks _links = new();
    private readonly StringBuilder _text = new();
    private readonly List<string> _images = [];

    public void WriteAll()
    {
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            var path = string.Create(CultureInfo.InvariantCulture, $"messages[{i}]");
            var role = message.Role switch
            {
                ChatRole.System or ChatRole.Developer => "system",
                ChatRole.Assistant => "assistant",
                _ => "user",
            };
            WriteMessage(role, message, path);
            if (message.Name is not null)
                translation.Drop(path + ".name", "speakers have no names");
            if (!_isOwn)
                translation.DropAll(message.Extensions, path);
        }
    }

    private void WriteMessage(string role, ChatMessage message, string path)
    {
        var thoughts = new StringBuilder();
        var calls = new List<ToolCallPart>();
        var isEmpty = true;
        for (var i = 0; i < message.Parts.Count; i++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}.content[{i}]");
            switch (message.Parts[i])
            {
                case ToolResultPart result:
                    // A message of its own, in its place among the rest.
                    if (!isEmpty)
                        WriteOne(role, message, thoughts, calls);
                    isEmpty = true;
                    WriteResult(result, message, place);
                    break;
                case ToolCallPart call:
                    calls.Add(call);
                    isEmpty = false;
                    break;
                case ThinkingPart thinking:
                    thoughts.Append(thinking.Text);
                    isEmpty &= thinking.Text.Length == 0;
                    if (thinking.Encrypted is not null)
                        translation.Drop(place, "only its own provider can read it");
                    break;
                default:
                    isEmpty &= !Take(message.Parts[i], place);
                    break;
            }
        }
        if (!isEmpty)
            WriteOne(role, message, thoughts, calls);
        else
            Clear();
    }

    private void WriteOne(string role, ChatMessage message, StringBuilder thoughts, List<ToolCallPart> calls)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, role);
        writer.WriteString("content"u8, _text.ToString());
        if (thoughts.Length > 0)
            writer.WriteString("thinking"u8, thoughts.ToString());
        WriteImages();
        if (calls.Count > 0)
        {
            writer.WriteStartArray("tool_calls"u8);
            foreach (var call in calls)
            {
                _links.Call(call);
                if (!OllamaWords.WriteCall(writer, call.Id, call.Name, call.Arguments, index: null))
                    translation.Approximate("messages.tool_calls.arguments", "no JSON object: put into one");
            }
            writer.WriteEndArray();
        }
        WriteExtensions(message);
        writer.WriteEndObject();
        thoughts.Clear();
        calls.Clear();
        Clear();
    }

    private void WriteResult(ToolResultPart result, ChatMessage message, string path)
    {
        Clear();
        for (var i = 0; i < result.Content.Count; i++)
            Take(result.Content[i], string.Create(CultureInfo.InvariantCulture, $"{path}.content[{i}]"));
        if (!result.Json.IsAbsent)
            Append(result.Json.ToString());
        if (result.CacheMark is not null)
            translation.Drop(path + ".cache_control", "the server caches by itself");
        if (result.IsError == true)
            translation.Drop(path + ".is_error", "results are not marked as failed");
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("content"u8, _text.ToString());
        WriteImages();
        var name = _isOwn ? result.Name : _links.Result(result).Name;
        if (name is not null)
            writer.WriteString("tool_name"u8, name);
        if (result.CallId.Length > 0)
            writer.WriteString("tool_call_id"u8, result.CallId);
        WriteExtensions(message);
        writer.WriteEndObject();
        Clear();
    }

    /// <summary>Gathers what can be said of a part; false when nothing can.</summary>
    private bool Take(ChatPart part, string path)
    {
        if (part.CacheMark is not null)
            translation.Drop(path + ".cache_control", "the server caches by itself");
        if (!_isOwn)
            translation.DropAll(part.Extensions, path);
        switch (part)
        {
            case TextPart text:
                Append(text.Text);
                return text.Text.Length > 0 || _isOwn;
            case RefusalPart refusal:
                Append(refusal.Text);
                return true;
            case MediaPart { Kind: MediaKind.Image, Base64: { } base64 }:
                _images.Add(base64);
                return true;
            case MediaPart { Transcript: { Length: > 0 } transcript }:
                Append(transcript);
                translation.Approximate(path, "its transcript");
                return true;
            case MediaPart media when MediaText.Of(media) is { } text:
                Append(media.Name is null ? text : media.Name + "\n" + text);
                translation.Approximate(path, "a part of the message's text");
                return true;
            case MediaPart { Kind: MediaKind.Image, Url: not null }:
                translation.Drop(path, "pictures must come as base64");
                return false;
            default:
                translation.Drop(path, "not taken by Ollama");
                return false;
        }
    }

    private void Append(string text)
    {
        if (_text.Length > 0 && text.Length > 0)
            _text.Append('\n');
        _text.Append(text);
    }

    private void WriteImages()
    {
        if (_images.Count == 0)
            return;
        writer.WriteStartArray("images"u8);
        foreach (var image in _images)
            writer.WriteStringValue(image);
        writer.WriteEndArray();
    }

    private void WriteExtensions(ChatMessage message)
    {
        if (_isOwn)
            message.Extensions?.WriteTo(writer);
    }

    private void Clear()
    {
        _text.Clear();
        _images.Clear();
    }
}
