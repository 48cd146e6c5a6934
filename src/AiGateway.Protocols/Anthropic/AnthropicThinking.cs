namespace AiGateway.Protocols.Anthropic;

/// <summary>The table between efforts and budgets of thinking. Anthropic publishes none: low and medium are those of Gemini's OpenAI endpoint, in round steps of two upwards.</summary>
/// <remarks>
/// minimal 1024, low 2048, medium 8192, high 16384, xhigh 32768, max 65536; other words count as medium. The other way a
/// budget belongs to the lowest effort that covers it.
/// </remarks>
internal static class AnthropicThinking
{
    /// <summary>The least that Anthropic takes.</summary>
    public const long LeastBudget = 1024;

    public static long BudgetOf(string? effort) => effort switch
    {
        "minimal" => LeastBudget,
        "low" => 2048,
        "high" => 16384,
        "xhigh" => 32768,
        "max" => 65536,
        _ => 8192,
    };

    public static string EffortOf(long budget) => budget switch
    {
        <= 2048 => "low",
        <= 8192 => "medium",
        <= 16384 => "high",
        <= 32768 => "xhigh",
        _ => "max",
    };
}
