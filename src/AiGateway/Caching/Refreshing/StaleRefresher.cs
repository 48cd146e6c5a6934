using System.Collections.Concurrent;
using AiGateway.Caching.Nodes;
using AiGateway.Pipeline;

namespace AiGateway.Caching.Refreshing;

/// <summary>Renews answers that were served past their time, in the background: one request of the gateway's own for each, a bounded number at once.</summary>
/// <remarks>It runs through all stages in the name of whoever was served: its key, its limits, its record. When it fails, the old answer stays as long as it may be served, and is not renewed for a while.</remarks>
internal sealed partial class StaleRefresher(OwnRequests own, FlightTable flights, NodeFlights nodes, AnswerStore store, CacheMetrics metrics, DrainState drain, TimeProvider clock, ILogger<StaleRefresher> logger)
{
    /// <summary>Most that run at once.</summary>
    public const int MostAtOnce = 16;

    /// <summary>How long an answer is left alone after renewing it has failed.</summary>
    public static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(10);

    // What came may be of a kind that is not kept: it is not asked for with every request.
    private static readonly TimeSpan RestAfterAsking = TimeSpan.FromSeconds(1);

    // Those that rest are counted too.
    private const int MostKeys = 1024;

    private readonly ConcurrentDictionary<string, bool> _keys = new(StringComparer.Ordinal);
    private int _running;

    /// <summary>Begins to renew an answer, unless that is under way.</summary>
    /// <param name="context">The request that is served the old one; copied.</param>
    /// <param name="exchange">The same.</param>
    /// <param name="use">How it uses the cache.</param>
    public void Begin(HttpContext context, Exchange exchange, CacheUse use)
    {
        // Whose money is spent would be refused.
        if (exchange.OnlyIfCached is not null || drain.IsDraining || flights.Has(use.Key) || !_keys.TryAdd(use.Key, true))
        {
            return;
        }
        if (Interlocked.Increment(ref _running) > MostAtOnce || _keys.Count > MostKeys)
        {
            Interlocked.Decrement(ref _running);
            _keys.TryRemove(use.Key, out _);
            metrics.Refreshed(RefreshResult.Busy);
            return;
        }
        var again = OwnRequests.Again(context, exchange.Request!.Body!.Memory.Span);
        again.Features.Set(new RefreshCause(exchange.Id));
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Refresher.RefreshAsync(state.Again, state.Use), (Refresher: this, Again: again, Use: use), preferLocal: false);
    }

    private async Task RefreshAsync(HttpContext again, CacheUse use)
    {
        var result = RefreshResult.Failed;
        try
        {
            result = await TryRefreshAsync(again, use);
        }
        catch (Exception e)
        {
            Log.Failed(logger, e);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
        metrics.Refreshed(result);
        await Task.Delay(result == RefreshResult.Failed ? RestAfterFailure : RestAfterAsking, clock);
        _keys.TryRemove(use.Key, out _);
    }

    private async Task<RefreshResult> TryRefreshAsync(HttpContext again, CacheUse use)
    {
        if (await store.FindSharedAsync(use, CancellationToken.None) is not null)
        {
            return RefreshResult.Elsewhere;
        }
        NodeLease? lease = null;
        if (use.Model.NodeWait is not null)
        {
            (var isFree, lease) = await nodes.TryTakeAsync("refresh:" + use.Key);
            if (!isFree)
            {
                return RefreshResult.Elsewhere;
            }
        }
        try
        {
            await own.RunAsync(again);
            return again.Response.StatusCode == StatusCodes.Status200OK ? RefreshResult.Asked : RefreshResult.Failed;
        }
        finally
        {
            lease?.End(LeaseState.GivenUp);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4203, LogLevel.Error, "Renewing a kept answer failed by a fault of the gateway.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
