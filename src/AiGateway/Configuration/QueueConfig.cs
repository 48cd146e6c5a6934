namespace AiGateway.Configuration;

/// <summary>That requests wait for a limit instead of being refused by it, as written.</summary>
internal sealed record QueueConfig
{
    /// <summary>Longest wait, 100 ms to 10 minutes. Default 10 s.</summary>
    public TimeSpan? MaxWait { get; init; }

    /// <summary>Most requests that wait for the limit, over all its subjects, 1 to 10,000. Default 1,000.</summary>
    public int? MaxWaiting { get; init; }
}
