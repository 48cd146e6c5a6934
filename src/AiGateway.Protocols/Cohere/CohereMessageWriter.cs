using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Writes a request's messages. Made for one request.</summary>
internal sealed class CohereMessageWriter(ChatRequest request, Translation translation, Utf8JsonWriter writer)
{
    private readonly bool _isOwn = request.Source == Dialect.Cohere;
    private readonly List<(string Text, string? Name)> _documents = [];
    private readonly ToolCallLinks _links = new();

    /// <summary>Writes all messages, and an instruction behind them where one is needed.</summary>
    public void WriteAll(string? instruction)
    {
        if (instruction is not null)
            WriteText("system", instruction);
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            var path = string.Create(CultureInfo.InvariantCulture, $"messages[{i}]");
            switch (message.Role)
            {
                case ChatRole.Assistant:
                    WriteAssistant(message, path);
                    break;
                case ChatRole.System or ChatRole.Developer:
                    WriteParts("system", message, message.Parts, path, takesImages: false);
                    break;
                default:
                    WriteTurn(message, path);
                    break;
            }
            if (message.Name is not null)
                translation.Drop(path + ".name", "speakers have no names");
            if (!_isOwn)
                translation.DropAll(message.Extensions, path);
        }
    }

    /// <summary>Text documents found in the messages, as the request's own documents.</summary>
    public void WriteDocuments()
    {
        if (_documents.Count == 0)
            return;
        writer.WriteStartArray("documents"u8);
        foreach (var (text, name) in _documents)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("data"u8);
            if (name is not null)
                writer.WriteString("title"u8, name);
            writer.WriteString("text"u8, text);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>A user's turn: results of tools are messages of their own, in their place among the rest.</summary>
    private void WriteTurn(ChatMessage message, string path)
    {
        var rest = new List<ChatPart>();
        foreach (var part in message.Parts)
        {
            if (part is not ToolResultPart result)
            {
                rest.Add(part);
                continue;
            }
            if (rest.Count > 0)
            {
                WriteParts("user", message, rest, path, takesImages: true);
                rest.Clear();
            }
            WriteResult(result, message, path);
        }
        if (rest.Count > 0)
            WriteParts("user", message, rest, path, takesImages: true);
    }

    private void WriteParts(string role, ChatMessage message, List<ChatPart> parts, string path, bool takesImages)
    {
        var items = new List<ChatPart>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
            Take(parts[i], string.Create(CultureInfo.InvariantCulture, $"{path}.content[{i}]"), takesImages, items);
        if (items.Count == 0 && !_isOwn)
            return;
        if (items.Count == 0 && !message.IsPlainText)
        {
            if (parts.Count == 0)
                return;
            items.Add(new TextPart(""));
        }
        writer.WriteStartObject();
        writer.WriteString("role"u8, role);
        writer.WritePropertyName("content"u8);
        if (items.Count == 0)
            writer.WriteStringValue("");
        else
            WriteContent(items, message.IsPlainText || !_isOwn);
        WriteExtensions(message.Extensions);
        writer.WriteEndObject();
    }

    /// <summary>Puts what can be said of a part into <paramref name="items"/>.</summary>
    private void Take(ChatPart part, string path, bool takesImages, List<ChatPart> items)
    {
        if (part.CacheMark is not null)
            translation.Drop(path + ".cache_control", "the provider caches by itself");
        if (!_isOwn)
            translation.DropAll(part.Extensions, path);
        switch (part)
        {
            case TextPart { Text.Length: 0 } when !_isOwn:
                break;
            case TextPart:
            case OpaquePart { Dialect: Dialect.Cohere }:
                items.Add(part);
                break;
            case RefusalPart refusal:
                items.Add(new TextPart(refusal.Text));
                break;
            case MediaPart { Kind: MediaKind.Image } image when takesImages && MediaText.AddressOf(image) is not null:
                items.Add(image);
                break;
            case MediaPart { Transcript: { Length: > 0 } transcript }:
                items.Add(new TextPart(transcript));
                translation.Approximate(path, "its transcript");
                break;
            case MediaPart media when MediaText.Of(media) is { } text:
                _documents.Add((text, media.Name));
                translation.Approximate(path, "one of the request's documents");
                break;
            case MediaPart media:
                translation.Drop(path, media.FileId is null ? "not taken by Cohere" : "a file stored with another provider");
                break;
            default:
                translation.Drop(path, "not known to Cohere");
                break;
        }
    }

    private void WriteContent(List<ChatPart> items, bool asString)
    {
        if (asString && items is [TextPart { Extensions: null } only])
        {
            writer.WriteStringValue(only.Text);
            return;
        }
        writer.WriteStartArray();
        foreach (var item in items)
        {
            if (item is OpaquePart opaque)
            {
                opaque.Value.WriteTo(writer);
                continue;
            }
            if (_isOwn && item.Extensions?.Find("document") is { IsAbsent: false } document)
            {
                document.WriteTo(writer);
                continue;
            }
            writer.WriteStartObject();
            switch (item)
            {
                case ThinkingPart thinking:
                    writer.WriteString("type"u8, "thinking"u8);
                    writer.WriteString("thinking"u8, thinking.Text);
                    break;
                case MediaPart image:
                    writer.WriteString("type"u8, "image_url"u8);
                    writer.WriteStartObject("image_url"u8);
                    writer.WriteString("url"u8, MediaText.AddressOf(image));
                    if (image.Detail is { } detail)
                        writer.WriteString("detail"u8, detail is "low" or "high" ? detail : "auto");
                    writer.WriteEndObject();
                    break;
                default:
                    writer.WriteString("type"u8, "text"u8);
                    writer.WriteString("text"u8, ((TextPart)item).Text);
                    break;
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private void WriteAssistant(ChatMessage message, string path)
    {
        var plan = new List<string>();
        var items = new List<ChatPart>();
        var calls = new List<ToolCallPart>();
        var saysInPlan = !_isOwn && message.Parts.Exists(static part => part is ToolCallPart);
        for (var i = 0; i < message.Parts.Count; i++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}.content[{i}]");
            switch (message.Parts[i])
            {
                case ToolCallPart call:
                    calls.Add(call);
                    break;
                case ThinkingPart { Text.Length: 0 } thinking:
                    if (thinking.Encrypted is not null)
                        translation.Drop(place, "only its own provider can read it");
                    break;
                case ThinkingPart thinking:
                    if (saysInPlan || CohereWords.IsPlan(thinking))
                        plan.Add(thinking.Text);
                    else
                        items.Add(thinking);
                    break;
                case TextPart { Text.Length: > 0 } text when saysInPlan:
                    plan.Add(text.Text);
                    break;
                default:
                    Take(message.Parts[i], place, takesImages: false, items);
                    break;
            }
        }
        if (items.Count + plan.Count + calls.Count == 0)
            return;
        writer.WriteStartObject();
        writer.WriteString("role"u8, "assistant"u8);
        if (plan.Count > 0)
            writer.WriteString("tool_plan"u8, string.Join('\n', plan));
        if (items.Count > 0)
        {
            writer.WritePropertyName("content"u8);
            WriteContent(items, message.IsPlainText || !_isOwn);
        }
        WriteCalls(calls);
        WriteCitations(message, items);
        WriteExtensions(message.Extensions);
        writer.WriteEndObject();
    }

    private void WriteCalls(List<ToolCallPart> calls)
    {
        if (calls.Count == 0)
            return;
        writer.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
            CohereWords.WriteCall(writer, call, _links.Call(call));
        writer.WriteEndArray();
    }

    /// <summary>Only Cohere's own go back: what another cites need not be in this conversation.</summary>
    private void WriteCitations(ChatMessage message, List<ChatPart> items)
    {
        if (!_isOwn || !(items.Exists(static part => part is TextPart { Citations: not null }) || message.Extensions?.Find("citations[]").IsAbsent == false))
            return;
        writer.WriteStartArray("citations"u8);
        foreach (var item in items)
        {
            foreach (var citation in (item as TextPart)?.Citations ?? [])
                CohereWords.WriteCitation(writer, citation, 0, isOwn: true);
        }
        foreach (var (name, value) in message.Extensions?.All ?? [])
        {
            if (name == "citations[]")
                value.WriteTo(writer);
        }
        writer.WriteEndArray();
    }

    private void WriteResult(ToolResultPart result, ChatMessage message, string path)
    {
        var items = new List<ChatPart>();
        for (var i = 0; i < result.Content.Count; i++)
            Take(result.Content[i], string.Create(CultureInfo.InvariantCulture, $"{path}.content[{i}]"), takesImages: false, items);
        if (!result.Json.IsAbsent)
            items.Add(new TextPart(result.Json.Words));
        if (result.CacheMark is not null)
            translation.Drop(path + ".cache_control", "the provider caches by itself");
        if (result.IsError == true)
            translation.Drop(path + ".is_error", "results are not marked as failed");
        writer.WriteStartObject();
        writer.WriteString("role"u8, "tool"u8);
        writer.WriteString("tool_call_id"u8, _links.Result(result).Id);
        writer.WritePropertyName("content"u8);
        if (items.Count == 0)
            writer.WriteStringValue("");
        else
            WriteContent(items, result.IsPlainText || !_isOwn);
        WriteExtensions(message.Extensions);
        writer.WriteEndObject();
    }

    private void WriteText(string role, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, role);
        writer.WriteString("content"u8, text);
        writer.WriteEndObject();
    }

    private void WriteExtensions(JsonMembers? extensions)
    {
        if (!_isOwn || extensions is null)
            return;
        foreach (var (name, value) in extensions.All)
        {
            if (name == "citations[]")
                continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }
}
