using System.Collections.Concurrent;

namespace AiGateway.Admission.Sharing;

/// <summary>Has a store that came back empty told what it knew, once for however many ask.</summary>
internal sealed partial class StoreRecovery(IServiceProvider services, TimeProvider clock, ILogger<StoreRecovery> logger)
{
    // Requests wait for it that would otherwise have to go by on_store_failure.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Lazy<Task>> _running = new(StringComparer.Ordinal);

    /// <summary>Has it restored, and waits for that a little; whoever asks the store then learns whether it was.</summary>
    public async Task RecoverAsync(string tag)
    {
        var running = _running.GetOrAdd(tag, static (tag, self) => new Lazy<Task>(() => Task.Run(() => self.RestoreAsync(tag))), this);
        try
        {
            await running.Value.WaitAsync(Patience, clock);
        }
        catch (Exception e) when (e is TimeoutException or LimitStoreException)
        {
            Log.NotYet(logger, e.Message);
        }
    }

    private async Task RestoreAsync(string tag)
    {
        try
        {
            // What runs before what has ended: what ends in between is counted twice rather than not at all.
            await services.GetRequiredService<SharedSettlements>().HoldAgainAsync();
            // It knows the limiter, and the limiter's neighbours know us.
            await services.GetRequiredService<IStoreRestorer>().RestoreAsync(tag);
        }
        finally
        {
            _running.TryRemove(tag, out _);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1313, LogLevel.Warning, "The store of shared limits is empty and could not be told yet what was spent: {Reason}")]
        public static partial void NotYet(ILogger logger, string reason);
    }
}
