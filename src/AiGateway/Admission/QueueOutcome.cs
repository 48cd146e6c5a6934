namespace AiGateway.Admission;

/// <summary>How a wait ended.</summary>
internal enum QueueOutcome
{
    /// <summary>There is room, and it is held.</summary>
    Admitted,

    /// <summary>Waiting longer would not help, or another limit has no room and no queue.</summary>
    Refused,

    /// <summary>The longest wait has passed.</summary>
    TimedOut,

    /// <summary>Too many wait already.</summary>
    Full,

    /// <summary>The caller hung up.</summary>
    CallerGone,

    /// <summary>The gateway is shutting down.</summary>
    Draining,
}
