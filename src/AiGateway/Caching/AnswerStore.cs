using AiGateway.Caching.Nodes;
using AiGateway.Caching.Semantic;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using Microsoft.Extensions.Caching.Hybrid;

namespace AiGateway.Caching;

/// <summary>Looks answers up, and keeps them where nobody waits for it.</summary>
/// <remarks>A call stays in flight until its answer is kept, so that whoever asks in between shares it. Whatever fails here is a miss and a count.</remarks>
internal sealed partial class AnswerStore(HybridCache cache, FlightTable flights, CacheMetrics metrics, SemanticLearner learner, TimeProvider clock, ILogger<AnswerStore> logger)
{
    // Beyond this the processors have more to do than to cache.
    private const int MostPending = 256;

    private static readonly HybridCacheEntryOptions LookUpOnly = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
    private static readonly HybridCacheEntryOptions LookUpHere = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableDistributedCache };
    private static readonly HybridCacheEntryOptions LookUpShared = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCacheRead };

    private int _pending;

    /// <summary>The answer of a key; null when there is none that may be served.</summary>
    /// <param name="use">How the request uses the cache.</param>
    /// <param name="isAgain">Whether it was not there a moment ago: then only this process is looked at.</param>
    /// <param name="cancellationToken">The caller hung up.</param>
    /// <param name="mayBeStale">Whether one will do that is past its time and may still be served: <see cref="IsFresh"/> tells.</param>
    public async ValueTask<StoredAnswer?> FindAsync(CacheUse use, bool isAgain, CancellationToken cancellationToken, bool mayBeStale = false)
    {
        var answer = await ReadAsync(use, isAgain ? LookUpHere : LookUpOnly, cancellationToken);
        return answer is not null && (IsFresh(answer, use) || (mayBeStale && MayBeServedStale(answer, use))) ? answer : null;
    }

    /// <summary>The answer of a key that nodes share, whatever is in memory, where it is from then on; null when there is none within its time.</summary>
    public async ValueTask<StoredAnswer?> FindSharedAsync(CacheUse use, CancellationToken cancellationToken) =>
        await ReadAsync(use, LookUpShared, cancellationToken) is { } answer && IsFresh(answer, use) ? answer : null;

    private async ValueTask<StoredAnswer?> ReadAsync(CacheUse use, HybridCacheEntryOptions options, CancellationToken cancellationToken)
    {
        byte[]? bytes;
        try
        {
            bytes = await cache.GetOrCreateAsync<object?, byte[]?>(use.Key, null, static (_, _) => default, options, cancellationToken: cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.LookUpFailed(logger, e);
            return null;
        }
        if (bytes is null)
        {
            return null;
        }
        if (StoredAnswer.TryRead(bytes) is not { } answer || !MayAnswer(answer.Operation, use) || !string.Equals(answer.Tenant, use.Tenant, StringComparison.Ordinal))
        {
            metrics.Unreadable();
            return null;
        }
        return answer;
    }

    /// <summary>Whether an answer is young enough for a request.</summary>
    public bool IsFresh(StoredAnswer answer, CacheUse use)
    {
        var age = clock.GetUtcNow() - answer.MadeAt;
        return age < answer.Ttl && age < use.Model.Ttl && (use.Controls.MaxAge is not { } oldest || age <= oldest);
    }

    // Who says how old an answer may be does not want one that is older (RFC 5861 and RFC 9111, 5.2.1.1).
    private bool MayBeServedStale(StoredAnswer answer, CacheUse use) =>
        use.Controls.MaxAge is null && clock.GetUtcNow() - answer.MadeAt < (answer.Ttl < use.Model.Ttl ? answer.Ttl : use.Model.Ttl) + use.Model.StaleFor;

    /// <summary>Keeps what a call has brought, if it is to be kept, and takes the call out of flight.</summary>
    public void Keep(Flight flight, FinishedCall call)
    {
        if (Interlocked.Increment(ref _pending) > MostPending)
        {
            Interlocked.Decrement(ref _pending);
            metrics.Kept(KeepResult.Busy);
            Land(flight);
            return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Store.KeepAsync(state.Flight, state.Call), (Store: this, Flight: flight, Call: call), preferLocal: false);
    }

    /// <summary>Takes one answer out.</summary>
    public ValueTask PurgeKeyAsync(string key, CancellationToken cancellationToken) => cache.RemoveAsync(key, cancellationToken);

    /// <summary>Takes all answers out that have a tag of <see cref="CacheTags"/>.</summary>
    public ValueTask PurgeTagAsync(string tag, CancellationToken cancellationToken) => cache.RemoveByTagAsync(tag, cancellationToken);

    /// <summary>What the cache holds and has done.</summary>
    public CacheStats Stats() => metrics.Stats();

    // A neutral key is the same in all dialects of conversations, and those can be written as each other.
    private static bool MayAnswer(Operation kept, CacheUse use) =>
        kept == use.Form.Operation || (use.Model.IsNeutral && ChatDialects.Of(kept) is not null && ChatDialects.Of(use.Form.Operation) is not null);

    private async Task KeepAsync(Flight flight, FinishedCall call)
    {
        try
        {
            if (flight.ToArray() is not { } body || body.Length > call.Use.Model.MaxEntry)
            {
                metrics.Kept(KeepResult.TooLarge);
                return;
            }
            if (AnswerMaker.Make(call, body, out var result) is not { } answer)
            {
                metrics.Kept(result);
                return;
            }
            flight.Keep(answer);
            var life = answer.Ttl + call.Use.StaleFor;
            await cache.SetAsync(flight.Key, answer.ToBytes(), new HybridCacheEntryOptions { Expiration = life, LocalCacheExpiration = life }, call.Tags);
            flight.Lease?.End(LeaseState.Kept);
            metrics.Kept(KeepResult.Kept);
            if (call.Use.Look is { } look)
            {
                await learner.KeptAsync(look, answer, call.Tags);
            }
        }
        catch (Exception e)
        {
            metrics.Kept(KeepResult.Failed);
            Log.KeepFailed(logger, e);
        }
        finally
        {
            Land(flight);
            Interlocked.Decrement(ref _pending);
        }
    }

    // Out first: who still waits for what is kept, and learns that nothing is, does not find it again.
    private void Land(Flight flight)
    {
        flights.Remove(flight);
        flight.Lease?.End(LeaseState.NotKept);
        flight.Keep(null);
    }

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Warning, "Looking an answer up in the cache failed; the request goes on without.")]
        public static partial void LookUpFailed(ILogger logger, Exception exception);

        [LoggerMessage(4202, LogLevel.Warning, "An answer could not be kept in the cache.")]
        public static partial void KeepFailed(ILogger logger, Exception exception);
    }
}
