using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>OpenRouter's <c>reasoning_details</c>: thoughts of any provider with their signatures, in a list beside the text.</summary>
/// <remarks>Source: https://openrouter.ai/docs/use-cases/reasoning-tokens (Preserving reasoning blocks).</remarks>
internal static class ReasoningDetails
{
    public const string Member = "reasoning_details";

    /// <summary>Reads one of them.</summary>
    public static ThinkingPart Read(JsonElement detail)
    {
        var part = new ThinkingPart
        {
            Member = Member,
            Text = detail.TextOf("text"u8) ?? detail.TextOf("summary"u8) ?? "",
            Encrypted = detail.FilledTextOf("data"u8),
            Id = detail.FilledTextOf("id"u8),
            Signature = detail.FilledTextOf("signature"u8),
        };
        part.SignedBy = detail.TextOf("format"u8) is { } format ? SignerOf(format) : null;
        return part;
    }

    /// <summary>Writes one of them, in the words of who signed it.</summary>
    public static void Write(Utf8JsonWriter json, ThinkingPart part, int index, Dialect signer)
    {
        if (part.Text.Length > 0 || part.Signature is not null)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "reasoning.text"u8);
            json.WriteString("text"u8, part.Text);
            if (part.Signature is not null)
                json.WriteString("signature"u8, part.Signature);
            End(json, part, index, signer);
        }
        if (part.Encrypted is not null)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "reasoning.encrypted"u8);
            json.WriteString("data"u8, part.Encrypted);
            End(json, part, index, signer);
        }
    }

    private static void End(Utf8JsonWriter json, ThinkingPart part, int index, Dialect signer)
    {
        if (part.Id is not null)
            json.WriteString("id"u8, part.Id);
        json.WriteString("format"u8, FormatOf(signer));
        json.WriteNumber("index"u8, index);
        json.WriteEndObject();
    }

    private static Dialect? SignerOf(string format) => format switch
    {
        "anthropic-claude-v1" => Dialect.Anthropic,
        "google-gemini-v1" => Dialect.Gemini,
        "openai-responses-v1" or "xai-responses-v1" or "azure-openai-responses-v1" => Dialect.OpenAIResponses,
        "bedrock-converse-v1" => Dialect.Converse,
        _ => null,
    };

    private static string FormatOf(Dialect signer) => signer switch
    {
        Dialect.Anthropic => "anthropic-claude-v1",
        Dialect.Gemini => "google-gemini-v1",
        Dialect.OpenAIResponses => "openai-responses-v1",
        Dialect.Converse => "bedrock-converse-v1",
        _ => "unknown",
    };
}
