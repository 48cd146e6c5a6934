using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary><c>stop_reason</c>, both ways (https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons).</summary>
internal static class AnthropicFinish
{
    public static FinishReason Of(string? stopReason) => stopReason switch
    {
        "end_turn" => FinishReason.Stop,
        "max_tokens" => FinishReason.Length,
        "stop_sequence" => FinishReason.StopSequence,
        "tool_use" => FinishReason.ToolCalls,
        "pause_turn" or "compaction" => FinishReason.Pause,
        "refusal" => FinishReason.Refusal,
        "model_context_window_exceeded" => FinishReason.ContextWindow,
        "guardrail_intervened" => FinishReason.ContentFilter,
        _ => FinishReason.Unknown,
    };

    /// <summary>The word for a reason; never null, since a message that ended has one. A call among the parts outweighs a plain stop.</summary>
    public static string Word(FinishReason finish, bool hasCalls) => finish switch
    {
        FinishReason.Length => "max_tokens",
        FinishReason.StopSequence => "stop_sequence",
        FinishReason.ToolCalls => hasCalls ? "tool_use" : "end_turn",
        FinishReason.Pause => "pause_turn",
        FinishReason.Refusal or FinishReason.ContentFilter => "refusal",
        FinishReason.ContextWindow => "model_context_window_exceeded",
        _ => hasCalls ? "tool_use" : "end_turn",
    };
}
