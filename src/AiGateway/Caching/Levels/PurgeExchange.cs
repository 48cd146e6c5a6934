namespace AiGateway.Caching.Levels;

/// <summary>Tells other nodes what this one purged, and takes out what they purged, within a second.</summary>
/// <remarks>What cannot be told, because the shared level is away, is told when it is back; until then it is purged here alone.</remarks>
internal sealed class PurgeExchange(PurgeTable purges, MemoryLevel memory, ISharedLevel? shared, TimeProvider clock) : BackgroundService
{
    /// <summary>How long a purge takes at most to reach another node while the shared level answers.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Takes out what was purged, here and on the other nodes.</summary>
    /// <returns>Whether the other nodes are told; true where there are none.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        memory.Sweep();
        if (shared is null)
        {
            // Nobody is to be told.
            purges.Merge(null, purges.Unshared());
            return true;
        }
        await _one.WaitAsync(cancellationToken);
        try
        {
            var unshared = purges.Unshared();
            var (told, all) = await shared.ExchangeAsync(unshared);
            if (purges.Merge(all, told ? unshared : []))
            {
                memory.Sweep();
            }
            return told;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (shared is null)
        {
            return;
        }
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                // At once for the first time: until then this node knows of no purge.
                await RunAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops; without a stop that was asked for, the host would take it for a fault.
        }
    }
}
