namespace AiGateway.Accounting.Lines;

/// <summary>What an endpoint's name says about its bill.</summary>
internal static class BilledApis
{
    // Counting tokens, and everything around stored objects: read again, what was billed when it was made would count twice.
    private static readonly HashSet<string> Unbilled = new(StringComparer.OrdinalIgnoreCase)
    {
        "count_tokens", "count-tokens", "countTokens", "messages.count_tokens", "responses.input_tokens", "tokenize", "detokenize",
        "responses.retrieve", "responses.delete", "responses.cancel", "conversations", "models", "files", "vector_stores", "cachedContents",
    };

    /// <summary>Why an endpoint has no price; null when calls of it are billed.</summary>
    public static string? WhyUnbilled(string api) =>
        Unbilled.Contains(api) ? $"calls of {api} have no list price of their own" : null;

    /// <summary>True for Anthropic's Messages API, whoever offers it.</summary>
    public static bool IsMessages(string api) =>
        string.Equals(api, "messages", StringComparison.OrdinalIgnoreCase) || string.Equals(api, "anthropic.messages", StringComparison.OrdinalIgnoreCase)
        || string.Equals(api, "/v1/messages", StringComparison.OrdinalIgnoreCase);

    /// <summary>True where a vendor's own object passes through a cloud's InvokeModel or predict: a Claude model's is Anthropic's.</summary>
    public static bool IsInvoke(string api) =>
        api.StartsWith("invoke", StringComparison.OrdinalIgnoreCase) || api.Contains("rawPredict", StringComparison.OrdinalIgnoreCase);
}
