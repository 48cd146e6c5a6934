namespace AiGateway.Protocols.OpenAI;

/// <summary>Judges an error: by code and type where they are known, then by well-known phrases, then by status.</summary>
internal static class ProviderErrorKinds
{
    private static readonly string[] PolicyCodes =
        ["content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation", "moderation_blocked", "content_filter_error", "image_generation_user_error_content_policy"];

    private static readonly string[] PolicyPhrases =
        ["content management policy", "content policy", "usage policies", "our safety system", "flagged by moderation", "was flagged as potentially violating"];

    private static readonly string[] ContextCodes = ["context_length_exceeded", "context_window_exceeded", "input_too_long", "string_above_max_tokens"];

    // OpenAI, vLLM, Mistral; Anthropic; Bedrock; Gemini; xAI; Groq; Cohere; llama.cpp, in this order.
    private static readonly string[] ContextPhrases =
    [
        "maximum context length", "context window", "context length", "reduce the length of",
        "prompt is too long", "exceed context limit",
        "input is too long", "too many input tokens", "too many tokens",
        "exceeds the maximum number of tokens",
        "maximum prompt length",
        "reduce your message size",
        "maximum number of tokens", "too large for model with",
        "exceeds the available context size",
    ];

    private static readonly string[] ModelCodes = ["model_not_found", "invalid_model", "model_not_available", "model_decommissioned", "model_not_supported", "unknown_model"];
    private static readonly string[] MissingPhrases = ["does not exist", "not found", "is not supported", "decommissioned", "has been deprecated", "is not a valid model", "not available", "identifier is invalid"];
    private static readonly string[] KeyCodes = ["invalid_api_key", "authentication_error", "invalid_authentication", "UNAUTHENTICATED", "AuthenticationError"];
    private static readonly string[] KeyPhrases = ["incorrect api key", "invalid api key", "api key not valid", "invalid authentication"];
    private static readonly string[] QuotaCodes = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "insufficient_balance", "insufficient_credits"];
    private static readonly string[] QuotaPhrases = ["insufficient balance", "insufficient credit", "credit balance is too low", "run out of credits", "more credits"];
    private static readonly string[] PermissionCodes = ["permission_error", "PERMISSION_DENIED", "permission_denied", "access_denied", "AccessDeniedException"];
    private static readonly string[] RateCodes = ["rate_limit_exceeded", "rate_limit_error", "tokens", "requests", "ThrottlingException", "too_many_requests", "TooManyRequests", "RESOURCE_EXHAUSTED"];
    private static readonly string[] OverloadCodes = ["overloaded_error", "engine_overloaded", "server_overloaded", "service_unavailable", "UNAVAILABLE", "ServiceUnavailableException", "no_available_capacity"];
    private static readonly string[] OverloadPhrases = ["overloaded", "currently at capacity", "no available capacity"];
    private static readonly string[] ServerCodes = ["server_error", "internal_error", "internal_server_error", "api_error", "INTERNAL", "InternalServerException"];

    public static ProviderErrorKind Of(int status, string? type, string? code, string message, string? inner)
    {
        bool Says(string[] codes) => IsOneOf(code, codes) || IsOneOf(type, codes) || IsOneOf(inner, codes);

        if (Says(PolicyCodes))
            return ProviderErrorKind.ContentPolicy;
        if (Says(ContextCodes))
            return ProviderErrorKind.ContextWindow;
        if (Says(["DeploymentNotFound"]))
            return ProviderErrorKind.DeploymentNotFound;
        if (Says(ModelCodes))
            return ProviderErrorKind.ModelNotFound;
        if (status == 402 || Says(QuotaCodes))
            return ProviderErrorKind.QuotaExhausted;

        // Before the phrases: "request too large … tokens per minute" is a matter of waiting, not of the context.
        if (status == 429 || Says(RateCodes))
            return Contains(message, QuotaPhrases) ? ProviderErrorKind.QuotaExhausted : ProviderErrorKind.RateLimited;
        if (status == 401 || Says(KeyCodes))
            return ProviderErrorKind.InvalidKey;

        // Only where the request is at fault: a failing server's words about a context prove nothing.
        if (status is 0 or (>= 400 and < 500))
        {
            if (Contains(message, ContextPhrases))
                return ProviderErrorKind.ContextWindow;
            if (Contains(message, PolicyPhrases))
                return ProviderErrorKind.ContentPolicy;
            if (Contains(message, KeyPhrases))
                return ProviderErrorKind.InvalidKey;
            if (Contains(message, QuotaPhrases))
                return ProviderErrorKind.QuotaExhausted;
            if (status is 0 or 400 or 404 && NamesNoModel(message))
                return ProviderErrorKind.ModelNotFound;
        }
        if (status == 403 || Says(PermissionCodes))
            return ProviderErrorKind.PermissionDenied;
        if (status is 503 or 529 || Says(OverloadCodes) || (status is 0 or >= 500 && Contains(message, OverloadPhrases)))
            return ProviderErrorKind.Overloaded;
        if (status >= 500 || Says(ServerCodes))
            return ProviderErrorKind.ServerError;
        return status >= 400 || IsOneOf(type, ["invalid_request_error"]) ? ProviderErrorKind.InvalidRequest : ProviderErrorKind.Other;
    }

    /// <summary>"The model `x` does not exist", "Model x is not supported", "models/x is not found".</summary>
    private static bool NamesNoModel(string message) =>
        message.AsSpan(0, Math.Min(message.Length, 40)).Contains("model", StringComparison.OrdinalIgnoreCase) && Contains(message, MissingPhrases);

    private static bool IsOneOf(string? word, string[] words)
    {
        if (word is null)
            return false;
        foreach (var known in words)
        {
            if (string.Equals(word, known, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static bool Contains(string text, string[] phrases)
    {
        foreach (var phrase in phrases)
        {
            if (text.Contains(phrase, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
