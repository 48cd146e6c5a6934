using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Writes the answer of generateContent.</summary>
internal static class GeminiResponseWriter
{
    public static void Write(ChatResponse response, Translation translation, Utf8JsonWriter writer)
    {
        var isOwn = response.Source == Dialect.Gemini;
        writer.WriteStartObject();
        if (!IsBlockedPrompt(response, isOwn))
        {
            writer.WriteStartArray("candidates");
            foreach (var candidate in response.Candidates)
                WriteCandidate(candidate, response.Source, translation, writer, isOwn);
            writer.WriteEndArray();
        }
        if (response.Usage is { } usage)
            GeminiUsage.Write(writer, usage, response.ServiceTier, isOwn ? response.Extensions : null);
        WriteEnvelope(writer, response.Id, response.Model, response.Created);
        if (isOwn)
            GeminiJson.WriteMembers(writer, response.Extensions, "");
        else
            translation.DropAll(response.Extensions);
        writer.WriteEndObject();
    }

    /// <summary>The members that an answer and each piece of a streamed one have.</summary>
    public static void WriteEnvelope(Utf8JsonWriter writer, string? id, string? model, long? created)
    {
        if (!string.IsNullOrEmpty(model))
            writer.WriteString("modelVersion", model);
        if (created is >= 0 and < 253_402_300_800)
            writer.WriteString("createTime", DateTimeOffset.FromUnixTimeSeconds(created.Value).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        if (!string.IsNullOrEmpty(id))
            writer.WriteString("responseId", id);
    }

    /// <summary>A prompt that Google blocked has no candidates, only the reason in <c>promptFeedback</c>.</summary>
    private static bool IsBlockedPrompt(ChatResponse response, bool isOwn)
    {
        if (!isOwn || response.Candidates is not [{ Parts.Count: 0, Finish: FinishReason.ContentFilter } candidate] || response.Extensions is null)
            return false;
        var feedback = response.Extensions.Find("promptFeedback");
        if (feedback.IsAbsent)
            return false;
        using var document = feedback.Open();
        return string.Equals(JsonBody.TextOrNull(GeminiNames.Find(document.RootElement, "blockReason")), candidate.NativeFinish, StringComparison.Ordinal);
    }

    private static void WriteCandidate(ChatCandidate candidate, Dialect source, Translation translation, Utf8JsonWriter writer, bool isOwn)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("content");
        var citations = new List<(int, string, ChatCitation)>();
        writer.WriteStartArray("parts");
        var number = 0;
        foreach (var part in candidate.Parts)
        {
            if (!WritePart(part, source, translation, writer, isOwn))
                continue;
            if (part is TextPart { Citations: { } sources } text)
            {
                foreach (var citation in sources)
                    citations.Add((number, text.Text, citation));
            }
            number++;
        }
        writer.WriteEndArray();
        writer.WriteString("role", "model");
        writer.WriteEndObject();
        if (candidate.Finish != FinishReason.Unknown || candidate.NativeFinish is not null)
            writer.WriteString("finishReason", isOwn && candidate.NativeFinish is { } native ? native : GeminiFinish.Name(candidate.Finish, candidate.NativeFinish));
        writer.WriteNumber("index", candidate.Index);
        if (candidate.Logprobs is { } logprobs)
            GeminiLogprobs.Write(writer, logprobs);
        var hasGrounding = isOwn && candidate.Extensions is { } own && !(own.Find("groundingMetadata").IsAbsent && own.Find("grounding_metadata").IsAbsent && own.Find("citationMetadata").IsAbsent);
        if (!hasGrounding)
            GeminiGrounding.Write(writer, citations);
        if (isOwn)
            GeminiJson.WriteMembers(writer, candidate.Extensions, "");
        else
            translation.DropAll(candidate.Extensions, "candidates[]");
        writer.WriteEndObject();
    }

    private static bool WritePart(ChatPart part, Dialect source, Translation translation, Utf8JsonWriter writer, bool isOwn)
    {
        var signature = GeminiSeal.Seal(part, source);
        var members = isOwn ? part.Extensions : null;
        switch (part)
        {
            case TextPart text:
                GeminiPartWriter.Text(writer, text.Text, thought: false, signature, members);
                return true;
            case RefusalPart refusal:
                GeminiPartWriter.Text(writer, refusal.Text, thought: false, signature, members);
                return true;
            case ThinkingPart { Text.Length: 0 } when !isOwn && signature is null:
                return false;
            case ThinkingPart thinking:
                GeminiPartWriter.Text(writer, thinking.Text, thought: true, signature, members);
                return true;
            case ToolCallPart call:
                GeminiPartWriter.Call(writer, call, signature, members);
                return true;
            case MediaPart { Base64: null, Url: null, FileId: null, Text: null } media:
                if (media.Transcript is not { } transcript)
                    return false;
                GeminiPartWriter.Text(writer, transcript, thought: false, signature: null, members: null);
                return true;
            case MediaPart media:
                GeminiPartWriter.Media(writer, media, signature, isOwn);
                return true;
            case OpaquePart { Dialect: Dialect.Gemini } opaque:
                opaque.Value.WriteTo(writer);
                return true;
            case OpaquePart opaque:
                translation.Drop("candidates[].parts[]", $"'{opaque.Type}' is known to {opaque.Dialect} only");
                return false;
            default:
                return false;
        }
    }
}
