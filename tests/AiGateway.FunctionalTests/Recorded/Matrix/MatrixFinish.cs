using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>Which finish reasons each client's dialect can say, and what stands for the others.</summary>
internal static class MatrixFinish
{
    /// <summary>The reason a client must see.</summary>
    public static FinishReason ExpectedOf(Dialect client, ChatCandidate candidate)
    {
        var finish = Settled(candidate);
        var hasCalls = candidate.Parts.Exists(static part => part is ToolCallPart);
        return client switch
        {
            Dialect.OpenAIChat => finish switch
            {
                FinishReason.Length or FinishReason.ContextWindow => FinishReason.Length,
                FinishReason.ContentFilter or FinishReason.Refusal => FinishReason.ContentFilter,
                FinishReason.ToolCalls => FinishReason.ToolCalls,
                FinishReason.MalformedToolCall when hasCalls => FinishReason.ToolCalls,
                _ => FinishReason.Stop,
            },
            Dialect.OpenAIResponses => finish switch
            {
                FinishReason.Length or FinishReason.ContextWindow => FinishReason.Length,
                FinishReason.ContentFilter => FinishReason.ContentFilter,
                FinishReason.Error or FinishReason.MalformedToolCall => FinishReason.Error,
                FinishReason.ToolCalls => FinishReason.ToolCalls,
                _ when candidate.Parts.Exists(static part => part is RefusalPart) && !candidate.Parts.Exists(static part => part is TextPart) => FinishReason.Refusal,
                _ => FinishReason.Stop,
            },
            Dialect.Anthropic => finish switch
            {
                FinishReason.ContentFilter or FinishReason.Refusal => FinishReason.Refusal,
                FinishReason.MalformedToolCall when hasCalls => FinishReason.ToolCalls,
                FinishReason.Error or FinishReason.MalformedToolCall => FinishReason.Stop,
                _ => finish,
            },
            _ => finish switch
            {
                FinishReason.Length or FinishReason.ContextWindow => FinishReason.Length,
                FinishReason.ContentFilter or FinishReason.Refusal or FinishReason.Error => FinishReason.ContentFilter,
                FinishReason.ToolCalls or FinishReason.MalformedToolCall => finish,
                _ => FinishReason.Stop,
            },
        };
    }

    /// <summary>The reason with a provider's silence, and a plain stop before calls, taken for what they mean.</summary>
    public static FinishReason Settled(ChatCandidate candidate)
    {
        var hasCalls = candidate.Parts.Exists(static part => part is ToolCallPart);
        return candidate.Finish is FinishReason.Unknown or FinishReason.Stop ? hasCalls ? FinishReason.ToolCalls : FinishReason.Stop
            : candidate.Finish;
    }
}
