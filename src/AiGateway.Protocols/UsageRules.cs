namespace AiGateway.Protocols;

/// <summary>How a provider's usage object is to be read, where it differs from OpenAI's.</summary>
[Flags]
public enum UsageRules
{
    /// <summary>As OpenAI reports: cached and written tokens inside the input count, reasoning inside the output count.</summary>
    OpenAI = 0,

    /// <summary>Reasoning tokens stand beside <c>completion_tokens</c> and must be added (xAI chat, Perplexity deep research). In the Responses API's shape they never do.</summary>
    ReasoningApart = 1,
}
