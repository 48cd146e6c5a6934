using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Writes a whole answer.</summary>
internal static class AnthropicResponseWriter
{
    public static void Write(ChatResponse response, ChatRequest request, Translation translation, Utf8JsonWriter writer)
    {
        var own = response.Source == Dialect.Anthropic;
        var candidate = response.Candidates.Count > 0 ? response.Candidates[0] : new ChatCandidate { Finish = FinishReason.Stop };
        for (var i = 1; i < response.Candidates.Count; i++)
            translation.Drop(string.Create(CultureInfo.InvariantCulture, $"choices[{i}]"), "an Anthropic message holds one answer");
        if (candidate.Logprobs is { Count: > 0 })
            translation.Drop("choices[0].logprobs", "an Anthropic message has no log probabilities");

        writer.WriteStartObject();
        WriteHead(writer, response.Id, response.Model, request);
        writer.WriteStartArray("content"u8);
        var hasCalls = false;
        var parts = own ? candidate.Parts : TextSignatures.Apart(candidate.Parts, response.Source);
        for (var i = 0; i < parts.Count; i++)
            hasCalls |= WritePart(writer, parts[i], response.Source, translation, i);
        writer.WriteEndArray();
        WriteFinish(writer, candidate.Finish, candidate.NativeFinish, candidate.StopSequence, own, hasCalls);
        writer.WritePropertyName("usage"u8);
        AnthropicUsage.Write(writer, response.Usage, own ? response.NativeUsage : default, response.ServiceTier);
        if (own)
        {
            response.Own?.WriteTo(writer);
            response.Extensions?.WriteTo(writer);
        }
        else
        {
            translation.DropAll(response.Extensions);
        }
        writer.WriteEndObject();
    }

    /// <summary>The members that a message begins with.</summary>
    public static void WriteHead(Utf8JsonWriter writer, string? id, string? model, ChatRequest request)
    {
        writer.WriteString("id"u8, MessageId(id is { Length: > 0 } ? id : request.AnswerId));
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("model"u8, model is { Length: > 0 } ? model : request.Model);
    }

    /// <summary><c>stop_reason</c> and <c>stop_sequence</c>.</summary>
    public static void WriteFinish(Utf8JsonWriter writer, FinishReason finish, string? native, string? stopSequence, bool own, bool hasCalls)
    {
        if (own && native is null && finish == FinishReason.Unknown)
            writer.WriteNull("stop_reason"u8);
        else
            writer.WriteString("stop_reason"u8, own && native is not null ? native : AnthropicFinish.Word(finish, hasCalls));
        writer.WriteString("stop_sequence"u8, stopSequence);
    }

    private static bool WritePart(Utf8JsonWriter writer, ChatPart part, Dialect source, Translation translation, int number)
    {
        var own = source == Dialect.Anthropic;
        switch (part)
        {
            case TextPart { Text.Length: 0 } when !own:
                return false;
            case RefusalPart refusal:
                AnthropicBlockWriter.Write(writer, new TextPart(refusal.Text), own);
                return false;
            case MediaPart { Transcript: { Length: > 0 } said }:
                translation.Approximate(Path(number), "sound: its transcript");
                AnthropicBlockWriter.Write(writer, new TextPart(said), own);
                return false;
            case ThinkingPart thinking when !own:
                if (AnthropicSeal.Seal(thinking, source) is { } seen)
                    AnthropicBlockWriter.Write(writer, seen, own);
                return false;
            case ToolCallPart { Signature.Length: > 0 } call:
                WriteCall(writer, call, own);
                AnthropicBlockWriter.Write(writer, AnthropicSeal.BehindCall(call.SignedBy ?? source, call.Signature!), own);
                return true;
            case ToolCallPart call:
                WriteCall(writer, call, own);
                return true;
            case MediaPart or ToolResultPart:
                translation.Drop(Path(number), "an Anthropic message holds text, thoughts and calls");
                return false;
            case OpaquePart { Dialect: not Dialect.Anthropic } opaque:
                translation.Drop(Path(number), $"'{opaque.Type}' belongs to another dialect");
                return false;
            default:
                AnthropicBlockWriter.Write(writer, part, own);
                return false;
        }
    }

    private static void WriteCall(Utf8JsonWriter writer, ToolCallPart call, bool own)
    {
        if (own)
            AnthropicBlockWriter.Write(writer, call, own);
        else
            AnthropicBlockWriter.WriteForeignCall(writer, call);
    }

    /// <summary>Clients expect <c>msg_…</c>: other providers' ids get it in front, and who gives none gets one.</summary>
    private static string MessageId(string? id) =>
        id is not { Length: > 0 } ? "msg_" + RandomNumberGenerator.GetHexString(24, lowercase: true)
        : id.StartsWith("msg_", StringComparison.Ordinal) ? id
        : "msg_" + id;

    private static string Path(int number) => string.Create(CultureInfo.InvariantCulture, $"choices[0].message.content[{number}]");
}
