using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Reads content blocks. What no other dialect knows (server tools and their results, search results, compactions, uploads) becomes an <see cref="OpaquePart"/>.</summary>
internal static class AnthropicBlockReader
{
    public static void ReadAll(JsonElement blocks, List<ChatPart> parts, string path)
    {
        var number = 0;
        foreach (var block in blocks.EnumerateArray())
        {
            try
            {
                var part = Read(block);
                if (AnthropicSeal.TakeCallSignature(part, parts))
                    continue;
                if (part is ThinkingPart thinking)
                    AnthropicSeal.Unseal(thinking);
                KeepCacheMark(block, part);
                parts.Add(part);
            }
            catch (ChatFormatException exception)
            {
                throw AnthropicJson.Inside(string.Create(CultureInfo.InvariantCulture, $"{path}[{number}]"), exception);
            }
            finally
            {
                number++;
            }
        }
    }

    public static ChatPart Read(JsonElement block)
    {
        block.MustBe(JsonValueKind.Object, "");
        var type = block.Member("type"u8).RequiredText("type");
        return type switch
        {
            "text" => ReadText(block),
            "image" => ReadMedia(block, MediaKind.Image, type),
            "document" => ReadMedia(block, MediaKind.Document, type),
            "tool_use" => ReadToolUse(block),
            "tool_result" => ReadToolResult(block),
            "thinking" => ReadThinking(block),
            "redacted_thinking" => new ThinkingPart { Encrypted = block.Member("data"u8).RequiredText("data") },
            _ => Opaque(block, type),
        };
    }

    /// <summary>The lifetime of a cache mark: 5 minutes where it names none.</summary>
    public static string? CacheMark(JsonElement owner)
    {
        var mark = owner.Member("cache_control"u8);
        return mark.ValueKind == JsonValueKind.Object ? mark.Member("ttl"u8).TextOrNull() ?? "5m" : null;
    }

    public static ChatCitation ReadCitation(JsonElement citation)
    {
        citation.MustBe(JsonValueKind.Object, "citations");
        var source = citation.Member("source"u8).TextOrNull();
        return new ChatCitation
        {
            Url = citation.Member("url"u8).TextOrNull() ?? (source is not null && source.StartsWith("http", StringComparison.Ordinal) ? source : null),
            Title = citation.Member("title"u8).TextOrNull() ?? citation.Member("document_title"u8).TextOrNull(),
            Text = citation.Member("cited_text"u8).TextOrNull(),
            Native = JsonValue.Of(citation),
        };
    }

    /// <summary>A mark that spells the default lifetime out goes back as it came.</summary>
    private static void KeepCacheMark(JsonElement block, ChatPart part)
    {
        if (part.CacheMark == "5m" && part is not OpaquePart && !block.Member("cache_control"u8).Member("ttl"u8).IsAbsent())
            (part.Own ??= new JsonMembers()).Add("cache_control", JsonValue.Of(block.Member("cache_control"u8)));
    }

    public static string Arguments(JsonElement input) => input.IsAbsent() ? "" : input.GetRawText();

    private static OpaquePart Opaque(JsonElement block, string type) => new(Dialect.Anthropic, type, JsonValue.Of(block)) { CacheMark = CacheMark(block) };

    private static TextPart ReadText(JsonElement block)
    {
        var part = new TextPart(block.Member("text"u8).RequiredText("text"));
        JsonMembers? extensions = null;
        foreach (var member in block.EnumerateObject())
        {
            switch (member.Name)
            {
                case "type" or "text" or "cache_control":
                    break;
                case "citations" when member.Value.ValueKind == JsonValueKind.Array:
                    part.Citations = [];
                    foreach (var citation in member.Value.EnumerateArray())
                        part.Citations.Add(ReadCitation(citation));
                    break;
                default:
                    if (!member.Value.IsAbsent())
                        JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        part.CacheMark = CacheMark(block);
        part.Extensions = extensions;
        return part;
    }

    private static ThinkingPart ReadThinking(JsonElement block) => new()
    {
        Text = block.Member("thinking"u8).Text("thinking") ?? "",
        Signature = block.Member("signature"u8).Text("signature"),
        Extensions = Rest(block, "thinking", "signature"),
    };

    private static ChatPart ReadMedia(JsonElement block, MediaKind kind, string type)
    {
        var source = block.Member("source"u8);
        source.MustBe(JsonValueKind.Object, "source");
        var part = new MediaPart(kind) { MediaType = source.Member("media_type"u8).Text("source.media_type") };
        switch (source.Member("type"u8).RequiredText("source.type"))
        {
            case "base64":
                part.Base64 = source.Member("data"u8).RequiredText("source.data");
                break;
            case "url":
                part.Url = source.Member("url"u8).RequiredText("source.url");
                break;
            case "file":
                part.FileId = source.Member("file_id"u8).RequiredText("source.file_id");
                break;
            case "text":
                part.Text = source.Member("data"u8).RequiredText("source.data");
                break;
            default:
                return Opaque(block, type);
        }
        part.Name = block.Member("title"u8).Text("title");
        part.CacheMark = CacheMark(block);
        part.Extensions = Rest(block, "source", "title");
        return part;
    }

    private static ToolCallPart ReadToolUse(JsonElement block)
    {
        var input = block.Member("input"u8);
        var caller = block.Member("caller"u8);
        // The model itself called: what is so without saying is no loss where it cannot be said.
        var isDirect = caller.ValueKind == JsonValueKind.Object && caller.Member("type"u8).TextOrNull() == "direct";
        return new ToolCallPart
        {
            Id = block.Member("id"u8).Text("id") ?? "",
            Name = block.Member("name"u8).RequiredText("name"),
            Arguments = Arguments(input),
            CacheMark = CacheMark(block),
            Extensions = isDirect ? Rest(block, "id", "name", "input", "caller") : Rest(block, "id", "name", "input"),
            Own = isDirect ? new JsonMembers().Add("caller", JsonValue.Of(caller)) : null,
        };
    }

    private static ToolResultPart ReadToolResult(JsonElement block)
    {
        var part = new ToolResultPart
        {
            CallId = block.Member("tool_use_id"u8).RequiredText("tool_use_id"),
            IsError = block.Member("is_error"u8).Flag("is_error"),
            CacheMark = CacheMark(block),
            Extensions = Rest(block, "tool_use_id", "content", "is_error"),
        };
        var content = block.Member("content"u8);
        if (content.ValueKind == JsonValueKind.String)
        {
            part.IsPlainText = true;
            part.Content.Add(new TextPart(content.GetString()!));
        }
        else if (!content.IsAbsent())
        {
            content.MustBe(JsonValueKind.Array, "content");
            ReadAll(content, part.Content, "content");
        }
        return part;
    }

    private static JsonMembers? Rest(JsonElement block, params ReadOnlySpan<string> known)
    {
        JsonMembers? rest = null;
        foreach (var member in block.EnumerateObject())
        {
            if (member.NameEquals("type"u8) || member.NameEquals("cache_control"u8) || member.Value.IsAbsent())
                continue;
            var isKnown = false;
            foreach (var name in known)
                isKnown |= member.NameEquals(name);
            if (!isKnown)
                JsonMembers.Add(ref rest, member.Name, member.Value);
        }
        return rest;
    }
}
