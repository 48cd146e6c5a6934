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

    private int _pending;

    /// <summary>The answer of a key; null when there is none that may be served.</summary>
    /// <param name="use">How the request uses the cache.</param>
    /// <param name="isAgain">Whether it was not there a moment ago: then only this process is looked at.</param>
    /// <param name="cancellationToken">The caller hung up.</param>
    public async ValueTask<StoredAnswer?> FindAsync(CacheUse use, bool isAgain, CancellationToken cancellationToken)
    {
        byte[]? bytes;
        try
        {
            bytes = await cache.GetOrCreateAsync<object?, byte[]?>(use.Key, null, static (_, _) => default, isAgain ? LookUpHere : LookUpOnly, cancellationToken: cancellationToken);
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
        var age = clock.GetUtcNow() - answer.MadeAt;
        return age < answer.Ttl && age < use.Model.Ttl && (use.Controls.MaxAge is not { } oldest || age <= oldest) ? answer : null;
    }

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
            await cache.SetAsync(flight.Key, answer.ToBytes(), new HybridCacheEntryOptions { Expiration = answer.Ttl, LocalCacheExpiration = answer.Ttl }, call.Tags);
            metrics.Kept(KeepResult.Kept);
            if (call.Use.Look is { } look)
            {
                learner.Kept(look, answer);
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

    // Who still waits for what is kept learns that nothing is.
    private void Land(Flight flight)
    {
        flight.Keep(null);
        flights.Remove(flight);
    }

    private static partial class Log
    {
        [LoggerMessage(4201, LogLevel.Warning, "Looking an answer up in the cache failed; the request goes on without.")]
        public static partial void LookUpFailed(ILogger logger, Exception exception);

        [LoggerMessage(4202, LogLevel.Warning, "An answer could not be kept in the cache.")]
        public static partial void KeepFailed(ILogger logger, Exception exception);
    }
}
