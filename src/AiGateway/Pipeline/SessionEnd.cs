namespace AiGateway.Pipeline;

/// <summary>How a realtime session ended. A closed set: label of metrics and records.</summary>
internal enum SessionEnd
{
    /// <summary>The caller closed it.</summary>
    ClosedByCaller,

    /// <summary>The provider closed it.</summary>
    ClosedByProvider,

    /// <summary>The caller's connection broke without a close.</summary>
    CallerGone,

    /// <summary>The provider's connection broke without a close, or it broke the protocol.</summary>
    ProviderGone,

    /// <summary>It lasted as long as a session may.</summary>
    MaxSession,

    /// <summary>Nothing was said by either side for too long.</summary>
    Idle,

    /// <summary>A message was larger than one may be.</summary>
    MessageTooLarge,

    /// <summary>The caller broke the protocol (RFC 6455): an unmasked frame, text that is not UTF-8.</summary>
    ProtocolError,

    /// <summary>A limit or budget had no room for another answer.</summary>
    LimitReached,

    /// <summary>The gateway went down.</summary>
    Drain,
}
