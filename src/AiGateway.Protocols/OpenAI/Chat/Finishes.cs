using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Finish reasons of chat completions. The official .NET client throws on other than OpenAI's five, so only those are written.</summary>
internal static class Finishes
{
    public static FinishReason Read(string finish) => finish switch
    {
        "" => FinishReason.Unknown,
        "stop" or "eos" or "eos_token" or "end_turn" or "completed" => FinishReason.Stop,
        "length" or "max_tokens" or "max_output_tokens" => FinishReason.Length,
        "model_length" or "model_context_window_exceeded" or "token_limit" => FinishReason.ContextWindow,
        "tool_calls" or "tool_call" or "tool_use" or "function_call" => FinishReason.ToolCalls,
        "content_filter" or "safety" or "content_filtered" or "guardrail_intervened" or "recitation" or "sensitive" or "SAFETY" or "RECITATION" => FinishReason.ContentFilter,
        "refusal" => FinishReason.Refusal,
        "stop_sequence" => FinishReason.StopSequence,
        "error" or "network_error" => FinishReason.Error,
        _ => FinishReason.Stop,
    };

    /// <summary>OpenAI's word.</summary>
    /// <param name="finish">Why the answer ended.</param>
    /// <param name="hasCalls">Whether it calls tools: then an end that nobody explained is for them.</param>
    /// <param name="isFunction">Whether the caller knows <c>function_call</c> only.</param>
    public static ReadOnlySpan<byte> Write(FinishReason finish, bool hasCalls, bool isFunction) => finish switch
    {
        FinishReason.Length or FinishReason.ContextWindow => "length"u8,
        FinishReason.ContentFilter or FinishReason.Refusal => "content_filter"u8,
        FinishReason.ToolCalls => Calls(isFunction),
        FinishReason.Unknown or FinishReason.MalformedToolCall when hasCalls => Calls(isFunction),
        _ => "stop"u8,
    };

    private static ReadOnlySpan<byte> Calls(bool isFunction) => isFunction ? "function_call"u8 : "tool_calls"u8;
}
