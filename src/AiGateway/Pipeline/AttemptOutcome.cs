namespace AiGateway.Pipeline;

/// <summary>How one attempt ended. A closed set: label of metrics and records.</summary>
internal enum AttemptOutcome
{
    /// <summary>Not yet.</summary>
    Pending,

    /// <summary>It gave the answer.</summary>
    Succeeded,

    /// <summary>No connection, or TLS failed.</summary>
    ConnectFailed,

    /// <summary>No first byte or event in time.</summary>
    FirstByteTimeout,

    /// <summary>Silence between two reads.</summary>
    IdleTimeout,

    /// <summary>The attempt as a whole took too long.</summary>
    TotalTimeout,

    /// <summary>429.</summary>
    RateLimited,

    /// <summary>Our credentials or our account were refused (401, 402, 403).</summary>
    CredentialRefused,

    /// <summary>Azure has no such deployment, or the provider no such model.</summary>
    DeploymentNotFound,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>A 4xx that is the caller's to mend.</summary>
    Refused,

    /// <summary>The prompt exceeds the model's context window.</summary>
    ContextWindow,

    /// <summary>The provider's content policy.</summary>
    ContentPolicy,

    /// <summary>An error event after 200, before commit.</summary>
    ErrorEvent,

    /// <summary>The connection broke before the answer was whole.</summary>
    Broken,

    /// <summary>The stream ended without its finish.</summary>
    Incomplete,

    /// <summary>Not what the dialect says: garbage, a redirect, no content.</summary>
    Nonsense,

    /// <summary>The caller hung up.</summary>
    CallerGone,

    /// <summary>Not sent: the circuit was open.</summary>
    CircuitOpen,

    /// <summary>Not sent: a limit did not allow it.</summary>
    NotAdmitted,
}
