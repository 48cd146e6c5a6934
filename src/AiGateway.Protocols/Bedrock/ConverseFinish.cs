using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Converse's <c>stopReason</c>.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (stopReason).</remarks>
internal static class ConverseFinish
{
    public static FinishReason Read(string? word) => word switch
    {
        null or "" => FinishReason.Unknown,
        "end_turn" => FinishReason.Stop,
        "tool_use" => FinishReason.ToolCalls,
        "max_tokens" => FinishReason.Length,
        "stop_sequence" => FinishReason.StopSequence,
        "guardrail_intervened" or "content_filtered" => FinishReason.ContentFilter,
        "malformed_tool_use" => FinishReason.MalformedToolCall,
        "malformed_model_output" => FinishReason.Error,
        "model_context_window_exceeded" => FinishReason.ContextWindow,

        // Words of the model's own API that Bedrock has not mapped.
        "refusal" => FinishReason.Refusal,
        "pause_turn" => FinishReason.Pause,
        _ => FinishReason.Stop,
    };

    /// <summary>The word: the provider's own when it was Converse's, else the nearest.</summary>
    public static string Write(FinishReason finish, string? native)
    {
        if (native is not null && IsWord(native) && Read(native) == finish)
            return native;
        return finish switch
        {
            FinishReason.ToolCalls => "tool_use",
            FinishReason.Length => "max_tokens",
            FinishReason.StopSequence => "stop_sequence",
            FinishReason.ContentFilter or FinishReason.Refusal => "content_filtered",
            FinishReason.MalformedToolCall => "malformed_tool_use",
            FinishReason.ContextWindow => "model_context_window_exceeded",
            FinishReason.Error => "malformed_model_output",
            _ => "end_turn",
        };
    }

    private static bool IsWord(string word) => word is "end_turn" or "tool_use" or "max_tokens" or "stop_sequence" or "guardrail_intervened" or "content_filtered"
        or "malformed_tool_use" or "malformed_model_output" or "model_context_window_exceeded";
}
