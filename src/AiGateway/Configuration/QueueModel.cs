namespace AiGateway.Configuration;

/// <summary>That requests wait for a limit instead of being refused by it.</summary>
/// <param name="MaxWait">Longest wait of a request.</param>
/// <param name="MaxWaiting">Most requests that wait, over all subjects of the limit.</param>
internal sealed record QueueModel(TimeSpan MaxWait, int MaxWaiting)
{
    /// <summary>What an empty section means.</summary>
    public static readonly QueueModel Default = new(TimeSpan.FromSeconds(10), 1_000);
}
