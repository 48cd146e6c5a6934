using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Reads content blocks of requests and answers.</summary>
/// <remarks>
/// Blocks that are text in effect (guarded text, search results, JSON beside other results) become text for every other
/// dialect, and keep their shape in an extension for their own. Source:
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html.
/// </remarks>
internal static class ConverseBlockReader
{
    /// <summary>Extension of a text part: it was a <c>guardContent</c> block; its value holds the members beside the text.</summary>
    public const string GuardContent = "guardContent";

    /// <summary>Extension of a text part: the <c>searchResult</c> block it was made of.</summary>
    public const string SearchResult = "searchResult";

    /// <summary>Extension of a text part in a tool's result: the JSON it is the text of.</summary>
    public const string Json = "json";

    public static void Read(JsonElement content, List<ChatPart> parts, bool fromAssistant, string path)
    {
        var index = 0;
        foreach (var block in ConverseJson.Array(content, "content", path).EnumerateArray())
        {
            var at = $"{path}.content[{index++}]";
            if (block.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("A content block is to be an object.", at);
            if (ReadBlock(block, parts, fromAssistant, at) is { } part)
                parts.Add(part);
        }
    }

    /// <summary>The lifetime that a cache point asks for; null when the block is none.</summary>
    public static string? CacheMarkOf(JsonElement block)
    {
        if (!block.TryGetProperty("cachePoint", out var point) || point.ValueKind != JsonValueKind.Object)
            return null;
        return ConverseJson.String(point, "ttl", "cachePoint") ?? "5m";
    }

    /// <summary>The text of a search result's content.</summary>
    public static string SearchText(JsonElement result)
    {
        var text = new StringBuilder();
        foreach (var name in (ReadOnlySpan<string>)["title", "source"])
        {
            if (result.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                text.Append(value.GetString()).Append('\n');
        }
        return text.Append(JoinTexts(result, "content", "\n")).ToString();
    }

    private static ChatPart? ReadBlock(JsonElement block, List<ChatPart> parts, bool fromAssistant, string path)
    {
        var name = "";
        var members = 0;
        foreach (var member in block.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            name = member.Name;
            members++;
        }
        if (members != 1)
            return new OpaquePart(Dialect.Converse, name, JsonValue.Of(block));
        var value = block.GetProperty(name);
        switch (name)
        {
            case "text":
                return value.ValueKind == JsonValueKind.String ? new TextPart(value.GetString()!) : throw ConverseJson.Wrong(name, path, "a string");
            case "image":
                return ReadMedia(MediaKind.Image, ConverseJson.Object(value, name, path), path);
            case "document":
                return ReadMedia(MediaKind.Document, ConverseJson.Object(value, name, path), path);
            case "video":
                return ReadMedia(MediaKind.Video, ConverseJson.Object(value, name, path), path);
            case "audio":
                return ReadMedia(MediaKind.Audio, ConverseJson.Object(value, name, path), path);
            case "toolUse":
                return ReadToolUse(block, ConverseJson.Object(value, name, path), path);
            case "toolResult" when !fromAssistant:
                return ReadToolResult(ConverseJson.Object(value, name, path), path);
            case "reasoningContent":
                return ReadReasoning(block, ConverseJson.Object(value, name, path), parts, path);
            case "citationsContent":
                return ReadCitations(ConverseJson.Object(value, name, path), path);
            case "cachePoint" when parts.Count > 0 && parts[^1].CacheMark is null && CacheMarkOf(block) is { } mark:
                parts[^1].CacheMark = mark;
                return null;
            case GuardContent when value.ValueKind == JsonValueKind.Object && value.TryGetProperty("text", out var guarded) && guarded.ValueKind == JsonValueKind.Object:
                return ReadGuarded(guarded, path);
            case SearchResult when value.ValueKind == JsonValueKind.Object:
                return new TextPart(SearchText(value)) { Extensions = new JsonMembers().Add(SearchResult, JsonValue.Of(value)) };
            case Json:
                return new TextPart(value.GetRawText()) { Extensions = new JsonMembers().Add(Json, JsonValue.Of(value)) };
            default:
                return new OpaquePart(Dialect.Converse, name, JsonValue.Of(block));
        }
    }

    private static MediaPart ReadMedia(MediaKind kind, JsonElement block, string path)
    {
        var part = new MediaPart(kind) { Name = ConverseJson.String(block, "name", path) };
        JsonMembers? extensions = null;
        if (ConverseJson.String(block, "format", path) is { } format)
        {
            part.MediaType = ConverseMedia.MediaTypeOf(kind, format);

            // A spelling that the API tolerates ("video/mp4") goes back as it came.
            if (ConverseMedia.FormatOf(kind, part.MediaType) != format)
                extensions = new JsonMembers().Add("format", JsonValue.OfString(format));
        }
        if (!block.TryGetProperty("source", out var source) || source.ValueKind != JsonValueKind.Object)
            throw ConverseJson.Wrong("source", path, "an object");
        part.Base64 = ConverseJson.String(source, "bytes", path);
        part.Text = ConverseJson.String(source, "text", path);
        if (source.TryGetProperty("s3Location", out var location))
            part.Url = ConverseJson.String(ConverseJson.Object(location, "s3Location", path), "uri", path);
        if (source.TryGetProperty("content", out _))
            part.Text = JoinTexts(source, "content", "\n");
        var isSimple = part.Base64 is not null || (part.Text is not null && source.TryGetProperty("text", out _))
            || (part.Url is not null && ConverseJson.Rest(location, "uri").IsAbsent);
        if (!isSimple || part.Text is not null)
            JsonMembers.Add(ref extensions, "source", source);
        foreach (var member in block.EnumerateObject())
        {
            if (member.Name is not ("name" or "format" or "source") && member.Value.ValueKind != JsonValueKind.Null)
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        part.Extensions = extensions;
        return part;
    }

    private static ChatPart ReadToolUse(JsonElement block, JsonElement call, string path)
    {
        var type = ConverseJson.String(call, "type", path);

        // Nova's own tools look like calls, but nobody is to answer them.
        if (type == "server_tool_use")
            return new OpaquePart(Dialect.Converse, "toolUse", JsonValue.Of(block));
        JsonMembers? extensions = null;
        foreach (var member in call.EnumerateObject())
        {
            if (member.Name is not ("toolUseId" or "name" or "input") && member.Value.ValueKind != JsonValueKind.Null)
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        return new ToolCallPart
        {
            Id = ConverseJson.String(call, "toolUseId", path) ?? "",
            Name = ConverseJson.String(call, "name", path) ?? throw ConverseJson.Wrong("name", path, "the tool's name"),
            Arguments = call.TryGetProperty("input", out var input) && input.ValueKind != JsonValueKind.Null ? input.GetRawText() : "",
            Extensions = extensions,
        };
    }

    private static ToolResultPart ReadToolResult(JsonElement result, string path)
    {
        var part = new ToolResultPart { CallId = ConverseJson.String(result, "toolUseId", path) ?? "" };
        part.IsError = ConverseJson.String(result, "status", path) switch
        {
            "error" => true,
            "success" => false,
            _ => null,
        };
        if (result.TryGetProperty("content", out var content) && content.ValueKind != JsonValueKind.Null)
            Read(content, part.Content, fromAssistant: false, path);
        if (part.Content is [TextPart only] && only.Extensions?.Find(Json) is { IsAbsent: false } json)
        {
            part.Json = json;
            part.Content.Clear();
        }
        JsonMembers? extensions = null;
        foreach (var member in result.EnumerateObject())
        {
            if (member.Name is not ("toolUseId" or "content" or "status") && member.Value.ValueKind != JsonValueKind.Null)
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        part.Extensions = extensions;
        return part;
    }

    private static ChatPart? ReadReasoning(JsonElement block, JsonElement reasoning, List<ChatPart> parts, string path)
    {
        if (ConverseJson.String(reasoning, "redactedContent", path) is { } redacted)
        {
            var hidden = new ThinkingPart { Encrypted = redacted };
            return ConverseSeal.Unseal(hidden, parts) ? hidden : null;
        }
        if (!reasoning.TryGetProperty("reasoningText", out var text) || text.ValueKind != JsonValueKind.Object)
            return new OpaquePart(Dialect.Converse, "reasoningContent", JsonValue.Of(block));
        var thinking = new ThinkingPart { Text = ConverseJson.String(text, "text", path) ?? "", Signature = ConverseJson.String(text, "signature", path) };
        return ConverseSeal.Unseal(thinking, parts) ? thinking : null;
    }

    private static TextPart ReadCitations(JsonElement cited, string path)
    {
        var part = new TextPart(JoinTexts(cited, "content", "")) { Citations = [] };
        if (cited.TryGetProperty("citations", out var citations) && citations.ValueKind != JsonValueKind.Null)
        {
            foreach (var citation in ConverseJson.Array(citations, "citations", path).EnumerateArray())
                part.Citations.Add(ReadCitation(ConverseJson.Object(citation, "citations", path), path));
        }
        return part;
    }

    /// <summary>Reads one citation of a block or a delta.</summary>
    public static ChatCitation ReadCitation(JsonElement citation, string path)
    {
        string? url = null;
        if (citation.TryGetProperty("location", out var location) && location.ValueKind == JsonValueKind.Object
            && location.TryGetProperty("web", out var web) && web.ValueKind == JsonValueKind.Object)
        {
            url = ConverseJson.String(web, "url", path);
        }
        var source = ConverseJson.String(citation, "source", path);
        if (url is null && source is not null && Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            url = source;
        return new ChatCitation
        {
            Title = ConverseJson.String(citation, "title", path),
            Url = url,
            Text = JoinTexts(citation, "sourceContent", "") is { Length: > 0 } text ? text : null,
            Native = JsonValue.Of(citation),
        };
    }

    private static TextPart ReadGuarded(JsonElement guarded, string path)
    {
        var rest = ConverseJson.Rest(guarded, "text");
        return new TextPart(ConverseJson.String(guarded, "text", path) ?? "")
        {
            Extensions = new JsonMembers().Add(GuardContent, rest.IsAbsent ? JsonValue.Parse("{}") : rest),
        };
    }

    private static string JoinTexts(JsonElement parent, string name, string separator)
    {
        if (!parent.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            return "";
        var text = new StringBuilder();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("text", out var piece) || piece.ValueKind != JsonValueKind.String)
                continue;
            if (text.Length > 0)
                text.Append(separator);
            text.Append(piece.GetString());
        }
        return text.ToString();
    }
}
