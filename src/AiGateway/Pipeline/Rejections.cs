namespace AiGateway.Pipeline;

/// <summary>Status, error type, code and fault domain of each <see cref="RejectionReason"/>.</summary>
/// <remarks>Statuses, types and codes follow OpenAI's error guide (platform.openai.com/docs/guides/error-codes); codes that OpenAI has no word for are ours.</remarks>
internal static class Rejections
{
    private const string InvalidRequest = "invalid_request_error";
    private const string ServerError = "server_error";

    /// <summary>How a reason is answered.</summary>
    public static RejectionTraits TraitsOf(RejectionReason reason) => reason switch
    {
        RejectionReason.None => new(200, "", null, FaultDomain.None),
        RejectionReason.MissingKey or RejectionReason.InvalidKey => new(401, InvalidRequest, "invalid_api_key", FaultDomain.Caller),
        RejectionReason.ExpiredKey => new(401, InvalidRequest, "expired_api_key", FaultDomain.Caller),
        RejectionReason.DisabledKey => new(401, InvalidRequest, "disabled_api_key", FaultDomain.Caller),
        RejectionReason.UnknownPath => new(404, InvalidRequest, "unknown_url", FaultDomain.Caller),
        RejectionReason.WrongMethod => new(405, InvalidRequest, "method_not_allowed", FaultDomain.Caller),
        RejectionReason.UnsupportedMediaType => new(415, InvalidRequest, "unsupported_media_type", FaultDomain.Caller),
        RejectionReason.MalformedRequest => new(400, InvalidRequest, null, FaultDomain.Caller),
        RejectionReason.RequestTooLarge => new(413, InvalidRequest, "request_too_large", FaultDomain.Caller),
        RejectionReason.RequestTimeout => new(408, InvalidRequest, "request_timeout", FaultDomain.Caller),
        RejectionReason.UnknownModel => new(404, InvalidRequest, "model_not_found", FaultDomain.Caller),
        RejectionReason.ModelNotAllowed => new(403, InvalidRequest, "model_not_allowed", FaultDomain.Policy),
        RejectionReason.UnpricedModel => new(403, InvalidRequest, "price_unknown", FaultDomain.Policy),
        RejectionReason.OriginNotAllowed => new(403, InvalidRequest, "origin_not_allowed", FaultDomain.Policy),
        RejectionReason.OperationNotSupported => new(400, InvalidRequest, "unsupported_operation", FaultDomain.Caller),
        RejectionReason.UnknownObject => new(404, InvalidRequest, "not_found", FaultDomain.Caller),
        RejectionReason.UnknownRequest => new(404, InvalidRequest, "not_found", FaultDomain.Caller),
        RejectionReason.TooManySessions => new(429, "requests", "too_many_sessions", FaultDomain.Policy),
        RejectionReason.RateLimited => new(429, "requests", "rate_limit_exceeded", FaultDomain.Policy),
        RejectionReason.BudgetSpent => new(402, "insufficient_quota", "insufficient_quota", FaultDomain.Policy),
        RejectionReason.NoHealthyUpstream => new(503, ServerError, "no_healthy_upstream", FaultDomain.Provider),
        RejectionReason.UpstreamRateLimited => new(429, "requests", "rate_limit_exceeded", FaultDomain.Provider),
        RejectionReason.UpstreamError => new(502, ServerError, "upstream_error", FaultDomain.Provider),
        RejectionReason.UpstreamTimeout => new(504, ServerError, "timeout", FaultDomain.Provider),
        RejectionReason.ProviderRefused => new(400, InvalidRequest, null, FaultDomain.Caller),
        RejectionReason.Draining => new(503, ServerError, "overloaded", FaultDomain.Gateway),
        RejectionReason.ResponseStoreUnavailable => new(503, ServerError, "response_store_unavailable", FaultDomain.Gateway),
        RejectionReason.ObjectStoreUnavailable => new(503, ServerError, "object_store_unavailable", FaultDomain.Gateway),
        RejectionReason.LedgerUnavailable => new(503, ServerError, "ledger_unavailable", FaultDomain.Gateway),
        RejectionReason.LimitStoreUnavailable => new(503, ServerError, "limit_store_unavailable", FaultDomain.Gateway),
        RejectionReason.InternalError => new(500, ServerError, null, FaultDomain.Gateway),
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "A reason without traits."),
    };

    /// <summary>The label of a reason in metrics and records: <c>error.type</c>, from a closed set.</summary>
    public static string LabelOf(RejectionReason reason) => reason switch
    {
        RejectionReason.None => "",
        RejectionReason.MissingKey => "missing_key",
        RejectionReason.InvalidKey => "invalid_key",
        RejectionReason.ExpiredKey => "expired_key",
        RejectionReason.DisabledKey => "disabled_key",
        RejectionReason.UnknownPath => "unknown_path",
        RejectionReason.WrongMethod => "wrong_method",
        RejectionReason.UnsupportedMediaType => "unsupported_media_type",
        RejectionReason.MalformedRequest => "malformed_request",
        RejectionReason.RequestTooLarge => "request_too_large",
        RejectionReason.RequestTimeout => "request_timeout",
        RejectionReason.UnknownModel => "unknown_model",
        RejectionReason.ModelNotAllowed => "model_not_allowed",
        RejectionReason.UnpricedModel => "unpriced_model",
        RejectionReason.OriginNotAllowed => "origin_not_allowed",
        RejectionReason.OperationNotSupported => "operation_not_supported",
        RejectionReason.UnknownObject => "unknown_object",
        RejectionReason.UnknownRequest => "unknown_request",
        RejectionReason.TooManySessions => "too_many_sessions",
        RejectionReason.RateLimited => "rate_limited",
        RejectionReason.BudgetSpent => "budget_spent",
        RejectionReason.NoHealthyUpstream => "no_healthy_upstream",
        RejectionReason.UpstreamRateLimited => "upstream_rate_limited",
        RejectionReason.UpstreamError => "upstream_error",
        RejectionReason.UpstreamTimeout => "upstream_timeout",
        RejectionReason.ProviderRefused => "provider_refused",
        RejectionReason.Draining => "draining",
        RejectionReason.ResponseStoreUnavailable => "response_store_unavailable",
        RejectionReason.ObjectStoreUnavailable => "object_store_unavailable",
        RejectionReason.LedgerUnavailable => "ledger_unavailable",
        RejectionReason.LimitStoreUnavailable => "limit_store_unavailable",
        RejectionReason.InternalError => "internal_error",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "A reason without a label."),
    };
}

/// <summary>How a reason is answered.</summary>
internal readonly record struct RejectionTraits(int Status, string Type, string? Code, FaultDomain Domain);

/// <summary>Whose fault an error is.</summary>
internal enum FaultDomain
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The caller's request.</summary>
    Caller,

    /// <summary>A rule of the operator's.</summary>
    Policy,

    /// <summary>The provider.</summary>
    Provider,

    /// <summary>The gateway.</summary>
    Gateway,
}
