using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads one part of a content: of requests, of answers and of a stream's pieces.</summary>
internal static class GeminiPartReader
{
    /// <summary>Reads a part. One that is none of text, thought, call, result and media is kept whole.</summary>
    public static ChatPart Read(JsonElement part, GeminiCallIds ids)
    {
        GeminiJson.Object(part, "contents[].parts[]");
        JsonElement data = default;
        string? kind = null;
        string? signature = null;
        var thought = false;
        JsonMembers? rest = null;
        foreach (var member in part.EnumerateObject())
        {
            var name = GeminiNames.Of(member);
            switch (name)
            {
                case "text" or "functionCall" or "functionResponse" or "inlineData" or "fileData" when member.Value.ValueKind == JsonValueKind.Null:
                    break;
                case "text" or "functionCall" or "functionResponse" or "inlineData" or "fileData":
                case "executableCode" or "codeExecutionResult" or "toolCall" or "toolResponse":
                    kind = name;
                    data = member.Value;
                    break;
                case "thought" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    thought = member.Value.GetBoolean();
                    break;
                case "thoughtSignature" when member.Value.ValueKind == JsonValueKind.String:
                    signature = member.Value.GetString();
                    break;
                default:
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
            }
        }
        var read = kind switch
        {
            "text" when thought => new ThinkingPart { Text = GeminiJson.Text(data, "contents[].parts[].text") },
            "text" => new TextPart(GeminiJson.Text(data, "contents[].parts[].text")),
            "functionCall" => Call(data, ids, ref rest),
            "functionResponse" => Result(data, ids, ref rest),
            "inlineData" when !thought => Inline(data, ref rest),
            "fileData" when !thought => File(data, ref rest),
            null when signature is not null && rest is null => thought ? new ThinkingPart() : new TextPart(""),
            _ => (ChatPart)new OpaquePart(Dialect.Gemini, thought ? "thought" : kind ?? rest?.All[0].Key ?? "part", JsonValue.Of(part)),
        };
        if (read is OpaquePart)
            return read;
        read.Signature = signature;
        read.Extensions = rest;
        return read;
    }

    private static ToolCallPart Call(JsonElement call, GeminiCallIds ids, ref JsonMembers? rest)
    {
        string? id = null;
        var toolName = "";
        string? arguments = null;
        foreach (var member in GeminiJson.Object(call, "functionCall").EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "id":
                    id = JsonBody.TextOrNull(member.Value);
                    break;
                case "name":
                    toolName = JsonBody.TextOrNull(member.Value) ?? "";
                    break;
                case "args":
                    arguments = member.Value.ValueKind == JsonValueKind.Null ? null : Raw(member.Value);
                    break;
                default:
                    JsonMembers.Add(ref rest, "functionCall." + member.Name, member.Value);
                    break;
            }
        }
        return new ToolCallPart { Id = ids.Call(id, toolName), Name = toolName, Arguments = arguments ?? "{}" };
    }

    /// <summary>The JSON text; decoded and encoded once when it holds escapes, so that broken ones are found here and not by whom it is handed to.</summary>
    private static string Raw(JsonElement element)
    {
        var raw = element.GetRawText();
        return raw.Contains('\\', StringComparison.Ordinal) || raw.Contains('\uFFFD', StringComparison.Ordinal) ? JsonValue.Of(element).ToString() : raw;
    }

    private static ToolResultPart Result(JsonElement result, GeminiCallIds ids, ref JsonMembers? rest)
    {
        string? id = null;
        var toolName = "";
        JsonElement response = default;
        JsonElement parts = default;
        foreach (var member in GeminiJson.Object(result, "functionResponse").EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "id":
                    id = JsonBody.TextOrNull(member.Value);
                    break;
                case "name":
                    toolName = JsonBody.TextOrNull(member.Value) ?? "";
                    break;
                case "response":
                    response = member.Value;
                    break;
                case "parts":
                    parts = member.Value;
                    break;
                default:
                    JsonMembers.Add(ref rest, "functionResponse." + member.Name, member.Value);
                    break;
            }
        }
        var read = new ToolResultPart { CallId = ids.Result(id, toolName), Name = toolName.Length == 0 ? null : toolName };
        if (response.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            read.Json = JsonValue.Of(Output(response));

            // "Use error for the details of a failed call": https://ai.google.dev/api/caching#FunctionResponse
            if (response.ValueKind == JsonValueKind.Object && response.TryGetProperty("error", out _) && response.GetPropertyCount() == 1)
                read.IsError = true;
        }
        foreach (var part in GeminiJson.Items(parts, "functionResponse.parts"))
            read.Content.Add(Read(part, ids));
        return read;
    }

    /// <summary>
    /// Google has objects only: a text stands in a member of that name ("use output to specify function output"), and is the whole result
    /// in other dialects. Other values stay as they are, since other dialects have results of text alone.
    /// </summary>
    private static JsonElement Output(JsonElement response) =>
        response.ValueKind == JsonValueKind.Object && response.GetPropertyCount() == 1 && response.TryGetProperty("output", out var output)
        && output.ValueKind == JsonValueKind.String
            ? output : response;

    private static MediaPart Inline(JsonElement data, ref JsonMembers? rest)
    {
        var (content, type, name) = ReadData(data, "inlineData", "data", ref rest);

        // Google's bytes may come in the URL-safe alphabet and without padding; no other dialect takes that.
        if (content.AsSpan().IndexOfAny('-', '_') >= 0)
            content = content.Replace('-', '+').Replace('_', '/');
        if (content.Length % 4 is 2 or 3)
            content = content.PadRight((content.Length + 3) / 4 * 4, '=');
        return new MediaPart(GeminiMedia.KindOf(type, null)) { Base64 = content, MediaType = type, Name = name };
    }

    private static MediaPart File(JsonElement data, ref JsonMembers? rest)
    {
        var (uri, type, name) = ReadData(data, "fileData", "fileUri", ref rest);
        var part = new MediaPart(GeminiMedia.KindOf(type, uri)) { MediaType = type, Name = name };
        if (GeminiMedia.IsStoredWithGoogle(uri))
            part.FileId = uri;
        else
            part.Url = uri;
        return part;
    }

    /// <summary>Reads Google's two forms of media, which differ in the member that holds the bytes or says where they are.</summary>
    private static (string Content, string? Type, string? Name) ReadData(JsonElement data, string path, string contentName, ref JsonMembers? rest)
    {
        var (content, type, name) = ("", (string?)null, (string?)null);
        foreach (var member in GeminiJson.Object(data, path).EnumerateObject())
        {
            var memberName = GeminiNames.Of(member);
            if (memberName == contentName)
                content = GeminiJson.Text(member.Value, $"{path}.{contentName}");
            else if (memberName == "mimeType")
                type = JsonBody.TextOrNull(member.Value);
            else if (memberName == "displayName")
                name = JsonBody.TextOrNull(member.Value);
            else
                JsonMembers.Add(ref rest, $"{path}.{member.Name}", member.Value);
        }
        return (content, type, name);
    }
}
