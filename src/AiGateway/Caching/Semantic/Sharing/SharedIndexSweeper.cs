namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Takes expired vectors out of shared indexes at intervals, a bounded number at a time; of several nodes one does so.</summary>
internal sealed partial class SharedIndexSweeper(SemanticAliases aliases, TimeProvider clock, ILogger<SharedIndexSweeper> logger) : BackgroundService
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SweepAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops; without a stop that was asked for, the host would take it for a fault.
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            foreach (var alias in aliases.All)
            {
                if (alias.Index is SharedIndex shared)
                {
                    await shared.SweepAsync();
                }
            }
        }
        catch (Exception e)
        {
            // Whatever it was, it must not end sweeping.
            Log.SweepFailed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4231, LogLevel.Error, "Expired questions could not be taken out of the shared index.")]
        public static partial void SweepFailed(ILogger logger, Exception exception);
    }
}
