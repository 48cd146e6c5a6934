using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads what an assistant said: in a request's history and in an answer alike. What has an unexpected form is kept as an extension.</summary>
internal static class AssistantReading
{
    /// <summary>Ids that the older <c>function_call</c> lacks begin so.</summary>
    public const string FunctionCallId = "function_call_";

    /// <summary>Reads the members of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="dialect">OpenAI's or Mistral's.</param>
    /// <param name="parts">Takes the parts, in the order of thinking, content, refusal, media, calls.</param>
    /// <param name="extensions">Takes members without a place.</param>
    /// <returns>True when the content was a string.</returns>
    public static bool Read(JsonElement message, Dialect dialect, List<ChatPart> parts, ref JsonMembers? extensions)
    {
        var isPlain = false;
        Thinking(message, parts);
        if (message.Has("content"u8, out var content) && !(content.ValueKind == JsonValueKind.String && content.ValueEquals(""u8)))
            isPlain = PartReading.Read(content, dialect, parts);
        foreach (var member in message.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            switch (member.Name)
            {
                case "role" or "name" or "content" or "reasoning_content" or "reasoning" or ReasoningDetails.Member:
                    break;
                case "refusal" when member.Value.Text() is { } refusal:
                    if (refusal.Length > 0)
                        parts.Add(new RefusalPart(refusal));
                    break;
                case "audio" when member.Value.ValueKind == JsonValueKind.Object:
                    if (Audio(member.Value) is { } audio)
                        parts.Add(audio);
                    break;
                case "images" when member.Value.ValueKind == JsonValueKind.Array:
                    PartReading.Read(member.Value, dialect, parts);
                    break;
                case "annotations" when member.Value.ValueKind == JsonValueKind.Array && (member.Value.GetArrayLength() == 0 || parts.Exists(static part => part is TextPart)):
                    Annotations(member.Value, parts);
                    break;
                case "tool_calls" when member.Value.ValueKind == JsonValueKind.Array:
                    foreach (var call in member.Value.EnumerateArray())
                        parts.Add(Call(call));
                    break;
                case "function_call" when member.Value.ValueKind == JsonValueKind.Object:
                    if (member.Value.FilledTextOf("name"u8) is { } name)
                        parts.Add(new ToolCallPart { Name = name, Arguments = Arguments(member.Value, "arguments"u8), Id = FunctionCallId + "0" });
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        return isPlain;
    }

    /// <summary>Gemini's signature on a call, in its OpenAI endpoint's words.</summary>
    /// <remarks>Source: https://ai.google.dev/gemini-api/docs/thought-signatures (OpenAI compatibility).</remarks>
    public static string? GoogleSignature(JsonElement holder) =>
        holder.Has("extra_content"u8, out var extra) && extra.Has("google"u8, out var google) ? google.FilledTextOf("thought_signature"u8) : null;

    /// <summary>One <c>url_citation</c>, or whatever other annotation.</summary>
    public static ChatCitation Citation(JsonElement annotation)
    {
        var native = JsonValue.Of(annotation);
        if (!annotation.Has("url_citation"u8, out var citation))
            return new ChatCitation { Native = native, Title = annotation.Has("file"u8, out var file) ? file.TextOf("name"u8) : null };
        return new ChatCitation
        {
            Native = native,
            Url = citation.TextOf("url"u8),
            Title = citation.TextOf("title"u8),
            Text = citation.TextOf("content"u8),
            Start = Position(citation, "start_index"u8),
            End = Position(citation, "end_index"u8),
        };
    }

    /// <summary>Arguments as text; some copies send them as an object.</summary>
    public static string Arguments(JsonElement holder, ReadOnlySpan<byte> name)
    {
        if (!holder.Has(name, out var value))
            return "";
        return value.Text() ?? JsonValue.Of(value).ToString();
    }

    private static int? Position(JsonElement citation, ReadOnlySpan<byte> name) =>
        citation.WholeOf(name) is { } position and >= 0 and <= int.MaxValue ? (int)position : null;

    private static void Thinking(JsonElement message, List<ChatPart> parts)
    {
        var plain = message.FilledTextOf("reasoning_content"u8);
        var member = plain is null ? "reasoning" : "reasoning_content";
        plain ??= message.FilledTextOf("reasoning"u8);
        if (message.Has("reasoning_details"u8, out var details) && details.ValueKind == JsonValueKind.Array && details.GetArrayLength() > 0)
        {
            var first = parts.Count;
            var hasText = false;
            foreach (var detail in details.EnumerateArray())
            {
                var part = ReasoningDetails.Read(detail);
                part.Native = JsonValue.Of(detail);
                hasText |= part.Text.Length > 0;
                parts.Add(part);
            }
            if (plain is not null && hasText)
            {
                // The same text a second time: remembered by its member's name alone.
                ((ThinkingPart)parts[first]).Member = member;
                return;
            }
        }
        if (plain is not null)
            parts.Add(new ThinkingPart { Text = plain, Member = member });
    }

    private static MediaPart? Audio(JsonElement audio)
    {
        var id = audio.FilledTextOf("id"u8);
        var data = audio.FilledTextOf("data"u8);
        if (id is null && data is null)
            return null;
        JsonMembers? extensions = null;
        if (audio.Has("expires_at"u8, out var expires))
            JsonMembers.Add(ref extensions, "expires_at", expires);
        return new MediaPart(MediaKind.Audio) { Id = id, Base64 = data, Transcript = audio.TextOf("transcript"u8), Extensions = extensions };
    }

    private static void Annotations(JsonElement annotations, List<ChatPart> parts)
    {
        if (parts.FindLast(static part => part is TextPart) is not TextPart text)
            return;
        foreach (var annotation in annotations.EnumerateArray())
            (text.Citations ??= []).Add(Citation(annotation));
    }

    private static ToolCallPart Call(JsonElement call)
    {
        var isCustom = call.TextOf("type"u8) == "custom" && call.Has("custom"u8, out _);
        if (!call.Has(isCustom ? "custom"u8 : "function"u8, out var function))
            function = default;
        var part = new ToolCallPart
        {
            Id = call.TextOf("id"u8) ?? "",
            Name = function.TextOf("name"u8) ?? "",
            Arguments = Arguments(function, isCustom ? "input"u8 : "arguments"u8),
            IsCustom = isCustom,
        };
        JsonMembers? extensions = null;
        if (GoogleSignature(call) is { } signature)
        {
            part.Signature = signature;
            part.SignedBy = Dialect.Gemini;
        }
        if (call.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in call.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.Null && member.Name is not ("id" or "type" or "function" or "custom" or "index")
                    && !(part.Signature is not null && member.Name == "extra_content"))
                {
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
                }
            }
        }
        part.Extensions = extensions;
        return part;
    }
}
