using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Writes whole answers.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (Response Syntax).</remarks>
internal static class ConverseResponseWriter
{
    public static void Write(ChatResponse response, Translation translation, Utf8JsonWriter writer)
    {
        var own = response.Source == Dialect.Converse;
        var candidate = response.Candidates.Count > 0 ? response.Candidates[0] : new ChatCandidate { Finish = FinishReason.Stop };
        for (var i = 1; i < response.Candidates.Count; i++)
            translation.Drop($"choices[{i}]", "Converse gives one answer");
        if (candidate.Logprobs is not null)
            translation.Drop("logprobs", "Converse gives none");

        writer.WriteStartObject();
        writer.WriteStartObject("output"u8);
        writer.WriteStartObject("message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteStartArray("content"u8);
        WriteParts(candidate, own, response.Source, translation, writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("stopReason"u8, ConverseFinish.Write(candidate.Finish, candidate.NativeFinish));

        WriteUsage(response.Usage, own ? response.NativeUsage : default, writer);
        if (response.ServiceTier is { } tier)
        {
            writer.WriteStartObject("serviceTier"u8);
            writer.WriteString("type"u8, tier);
            writer.WriteEndObject();
        }
        if (own)
        {
            response.Own?.WriteTo(writer);
            response.Extensions?.WriteTo(writer);
        }
        else
        {
            // Required by the SDKs' models; nobody measured it.
            writer.WriteStartObject("metrics"u8);
            writer.WriteNumber("latencyMs"u8, 0);
            writer.WriteEndObject();
            translation.DropAll(response.Extensions);
        }
        writer.WriteEndObject();
    }

    private static void WriteParts(ChatCandidate candidate, bool own, Dialect source, Translation translation, Utf8JsonWriter writer)
    {
        var blocks = new ConverseBlockWriter(writer, source);
        for (var i = 0; i < candidate.Parts.Count; i++)
        {
            var part = candidate.Parts[i];
            if ((own ? part : Fit(part, source, translation, $"content[{i}]")) is { } kept)
                blocks.Write(kept);
            if (part is ToolCallPart call && ConverseSeal.BehindCall(call.SignedBy ?? source, call.Signature) is { } signature)
                blocks.Write(signature);
        }
    }

    /// <summary>The part as an answer of Converse can hold it; null when it cannot.</summary>
    private static ChatPart? Fit(ChatPart part, Dialect source, Translation translation, string path)
    {
        switch (part)
        {
            case OpaquePart opaque:
                translation.Drop(path, $"'{opaque.Type}' has no counterpart in Converse");
                return null;
            case ThinkingPart thinking:
                return ConverseSeal.Seal(thinking, source);
            case MediaPart { Transcript: { Length: > 0 } transcript }:
                translation.Approximate(path, "sound goes as its transcript");
                return new TextPart(transcript);
            case MediaPart media when media.Base64 is null || ConverseMedia.FormatOf(media) is null:
                translation.Drop(path, "Converse's answers hold media as bytes of known formats only");
                return null;
            case TextPart { Text.Length: 0, Citations: null }:
                return null;
            default:
                return part;
        }
    }

    private static void WriteUsage(Usage? usage, JsonValue raw, Utf8JsonWriter writer)
    {
        if (!raw.IsAbsent)
        {
            // As it came, with the members that have no place here, unless somebody has changed the numbers.
            using var document = raw.Open();
            if (ConverseUsage.Read(document.RootElement) == usage)
            {
                writer.WritePropertyName("usage"u8);
                raw.WriteTo(writer);
                return;
            }
        }
        ConverseUsage.Write(writer, usage);
    }
}
