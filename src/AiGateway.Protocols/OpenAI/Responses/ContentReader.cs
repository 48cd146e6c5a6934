using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Reads the parts that a message or a tool's output consists of.</summary>
internal static class ContentReader
{
    /// <summary>Reads one part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="item">The item it stands in; null where the message itself says so.</param>
    /// <param name="path">Its path.</param>
    public static ChatPart Read(JsonElement part, ChatItem? item, string path)
    {
        part.WantObject(path);
        var type = part.TextOf("type"u8) ?? "input_text";
        ChatPart read;
        switch (type)
        {
            case "input_text" or "output_text" or "text":
                read = new TextPart(part.TextOf("text"u8) ?? "");
                break;
            case "refusal":
                read = new RefusalPart(part.TextOf("refusal"u8) ?? "");
                break;
            case "input_image":
                read = Image(part);
                break;
            case "input_file":
                read = File(part);
                break;
            case "input_audio" when part.Member("input_audio"u8).TextOf("data"u8) is { } data:
                read = new MediaPart(MediaKind.Audio) { Base64 = data, MediaType = "audio/" + (part.Member("input_audio"u8).TextOf("format"u8) ?? "wav") };
                break;
            default:
                return new OpaquePart(Dialect.OpenAIResponses, type, JsonValue.Of(part)) { Item = item };
        }
        read.Item = item;
        ReadRest(part, read);
        return read;
    }

    /// <summary>Reads one source of a text.</summary>
    public static ChatCitation Citation(JsonElement annotation) => new()
    {
        Url = annotation.TextOf("url"u8),
        Title = annotation.TextOf("title"u8) ?? annotation.TextOf("filename"u8),
        Start = (int?)annotation.LongOf("start_index"u8),
        End = (int?)annotation.LongOf("end_index"u8),
        Native = JsonValue.Of(annotation),
    };

    /// <summary>Reads log probabilities; null when there are none.</summary>
    public static List<TokenLogprob>? Logprobs(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            return null;
        var read = new List<TokenLogprob>(list.GetArrayLength());
        foreach (var entry in list.EnumerateArray())
            read.Add(Logprob(entry));
        return read;
    }

    private static TokenLogprob Logprob(JsonElement entry)
    {
        var value = entry.Member("logprob"u8);
        return new TokenLogprob(entry.TextOf("token"u8) ?? "", value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : 0)
        {
            Bytes = Bytes(entry.Member("bytes"u8)),
            Top = Logprobs(entry.Member("top_logprobs"u8)) ?? [],
        };
    }

    private static byte[]? Bytes(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return null;
        var bytes = new byte[list.GetArrayLength()];
        var at = 0;
        foreach (var value in list.EnumerateArray())
            bytes[at++] = value.ValueKind == JsonValueKind.Number && value.TryGetByte(out var single) ? single : (byte)0;
        return bytes;
    }

    private static MediaPart Image(JsonElement part)
    {
        var address = part.TextOf("image_url"u8) ?? part.Member("image_url"u8).TextOf("url"u8);
        var media = new MediaPart(MediaKind.Image) { FileId = part.TextOf("file_id"u8), Detail = part.TextOf("detail"u8) };
        SetContent(media, address, isAddress: true);
        return media;
    }

    private static MediaPart File(JsonElement part)
    {
        var media = new MediaPart(MediaKind.Document)
        {
            FileId = part.TextOf("file_id"u8),
            Url = part.TextOf("file_url"u8),
            Name = part.TextOf("filename"u8),
            Detail = part.TextOf("detail"u8),
        };
        SetContent(media, part.TextOf("file_data"u8), isAddress: false);
        return media;
    }

    private static void SetContent(MediaPart media, string? content, bool isAddress)
    {
        if (content is null)
            return;
        if (!content.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            // Some servers take a file's base64 without the address around it.
            media.Url = isAddress ? content : media.Url;
            media.Base64 = isAddress ? null : content;
            return;
        }
        var comma = content.IndexOf(',', StringComparison.Ordinal);
        var head = comma < 0 ? content.AsSpan(5) : content.AsSpan(5, comma - 5);
        var data = comma < 0 ? "" : content[(comma + 1)..];
        var semicolon = head.IndexOf(';');
        var type = semicolon < 0 ? head : head[..semicolon];
        media.MediaType = type.Length == 0 ? "text/plain" : type.ToString();
        media.Base64 = head.EndsWith("base64", StringComparison.OrdinalIgnoreCase) ? data : Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(data)));
    }

    private static void ReadRest(JsonElement part, ChatPart read)
    {
        JsonMembers? own = null;
        JsonMembers? extensions = null;
        foreach (var member in part.EnumerateObject())
        {
            switch (member.Name)
            {
                case "type" or "text" or "refusal" or "image_url" or "file_id" or "detail" or "file_data" or "file_url" or "filename" or "input_audio":
                    if (member.Value.ValueKind == JsonValueKind.Null)
                        JsonMembers.Add(ref own, member.Name, member.Value);
                    break;
                case "annotations" when read is TextPart text && member.Value.ValueKind == JsonValueKind.Array:
                    text.Citations = [];
                    foreach (var annotation in member.Value.EnumerateArray())
                        text.Citations.Add(Citation(annotation));
                    break;
                case "logprobs":
                    JsonMembers.Add(ref own, member.Name, member.Value);
                    break;
                case "prompt_cache_breakpoint":
                    if (member.Value.ValueKind == JsonValueKind.Object)
                        read.CacheMark = "5m";
                    JsonMembers.Add(ref own, member.Name, member.Value);
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        read.Own = own;
        read.Extensions = extensions;
    }
}
