namespace AiGateway.Pipeline;

/// <summary>How an exchange ended.</summary>
internal enum RequestOutcome
{
    /// <summary>Not yet.</summary>
    Pending,

    /// <summary>The whole answer went to the caller; a stream with its finish reason and terminal event.</summary>
    Completed,

    /// <summary>The gateway answered with an error; nothing of an answer was sent.</summary>
    Rejected,

    /// <summary>The upstream broke after commit; the caller got an error frame and a reset.</summary>
    CutByUpstream,

    /// <summary>The caller hung up before the answer was whole.</summary>
    CallerGone,

    /// <summary>The gateway cut the stream at the end of its drain.</summary>
    CutByDrain,
}
