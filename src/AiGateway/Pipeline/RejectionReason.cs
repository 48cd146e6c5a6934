namespace AiGateway.Pipeline;

/// <summary>Every reason for which the gateway itself answers with an error. A closed set: <see cref="Rejections"/> gives each its status, code, fault domain and hint.</summary>
internal enum RejectionReason
{
    /// <summary>No rejection.</summary>
    None,

    /// <summary>No key in any of the accepted headers.</summary>
    MissingKey,

    /// <summary>A key nobody has.</summary>
    InvalidKey,

    /// <summary>The key's expiry has passed.</summary>
    ExpiredKey,

    /// <summary>The key is switched off.</summary>
    DisabledKey,

    /// <summary>No such path.</summary>
    UnknownPath,

    /// <summary>The path exists, the method does not.</summary>
    WrongMethod,

    /// <summary>A content type or content encoding that is not understood.</summary>
    UnsupportedMediaType,

    /// <summary>A body that is not what the operation takes.</summary>
    MalformedRequest,

    /// <summary>A body over its limit.</summary>
    RequestTooLarge,

    /// <summary>The body came too slowly or not at all.</summary>
    RequestTimeout,

    /// <summary>No alias of that name.</summary>
    UnknownModel,

    /// <summary>The key may not use the alias.</summary>
    ModelNotAllowed,

    /// <summary>No deployment of the alias has a known price, and the operator wants only what has.</summary>
    UnpricedModel,

    /// <summary>A page of an origin that <c>cors</c> does not name wants to open a WebSocket.</summary>
    OriginNotAllowed,

    /// <summary>No deployment of the alias serves the operation.</summary>
    OperationNotSupported,

    /// <summary>A stored object's id that is not ours or not this tenant's.</summary>
    UnknownObject,

    /// <summary>A recent request's id that is not known to this caller.</summary>
    UnknownRequest,

    /// <summary>As many realtime sessions are open as may be; waiting helps.</summary>
    TooManySessions,

    /// <summary>A limit of the operator's is used up; waiting helps.</summary>
    RateLimited,

    /// <summary>A budget is spent until its next period.</summary>
    BudgetSpent,

    /// <summary>All deployments are out; waiting helps.</summary>
    NoHealthyUpstream,

    /// <summary>All deployments said 429; waiting helps.</summary>
    UpstreamRateLimited,

    /// <summary>The upstream broke, answered nonsense, or refused our credentials.</summary>
    UpstreamError,

    /// <summary>The upstream was too slow.</summary>
    UpstreamTimeout,

    /// <summary>The provider's own answer to this request, passed on in its meaning (400, 404, 422 and their like).</summary>
    ProviderRefused,

    /// <summary>The gateway is shutting down.</summary>
    Draining,

    /// <summary>The gateway's store of responses is out; waiting may help.</summary>
    ResponseStoreUnavailable,

    /// <summary>The gateway's list of files and batches is out; waiting may help.</summary>
    ObjectStoreUnavailable,

    /// <summary>The gateway cannot account for further requests; waiting may help.</summary>
    LedgerUnavailable,

    /// <summary>The store of a limit that several nodes share is out, and its operator wants nothing to pass meanwhile; waiting may help.</summary>
    LimitStoreUnavailable,

    /// <summary>A fault of the gateway.</summary>
    InternalError,
}
