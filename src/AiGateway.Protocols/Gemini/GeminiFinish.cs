using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Finish and block reasons (https://ai.google.dev/api/generate-content#FinishReason).</summary>
internal static class GeminiFinish
{
    /// <summary>What a finish reason means. Google says STOP also when tools are to be called.</summary>
    public static FinishReason Of(string? reason, bool hasCalls) => reason switch
    {
        "STOP" => hasCalls ? FinishReason.ToolCalls : FinishReason.Stop,
        "MAX_TOKENS" => FinishReason.Length,
        "SAFETY" or "RECITATION" or "LANGUAGE" or "OTHER" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "IMAGE_SAFETY"
            or "IMAGE_PROHIBITED_CONTENT" or "IMAGE_RECITATION" or "IMAGE_OTHER" or "MODEL_ARMOR" => FinishReason.ContentFilter,
        "MALFORMED_FUNCTION_CALL" or "UNEXPECTED_TOOL_CALL" or "TOO_MANY_TOOL_CALLS" => FinishReason.MalformedToolCall,
        "NO_IMAGE" or "MALFORMED_RESPONSE" or "MISSING_THOUGHT_SIGNATURE" => FinishReason.Error,
        "CONTINUATION" => FinishReason.Pause,
        _ => FinishReason.Unknown,
    };

    /// <summary>The finish reason to write: the provider's own word when it is Google's, else the nearest.</summary>
    public static string Name(FinishReason finish, string? native)
    {
        if (native is not null && Of(native, hasCalls: finish == FinishReason.ToolCalls) == finish && finish != FinishReason.Unknown)
            return native;
        return finish switch
        {
            FinishReason.Length or FinishReason.ContextWindow => "MAX_TOKENS",
            FinishReason.ContentFilter or FinishReason.Refusal => "SAFETY",
            FinishReason.MalformedToolCall => "MALFORMED_FUNCTION_CALL",
            FinishReason.Error => "OTHER",
            _ => "STOP",
        };
    }
}
