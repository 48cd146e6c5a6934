using Microsoft.Extensions.Caching.Hybrid;

namespace AiGateway.Caching.Levels;

/// <summary>The cache of answers: memory, behind it what nodes share.</summary>
/// <remarks>
/// Ours, because the package with the platform's own implementation of <see cref="HybridCache"/> does not restore here. It holds <c>byte[]</c> alone, which it
/// hands out as it is: whoever gets one must not write to it. Callers that ask for the same at the same time are not
/// joined here: the stage does that where it can share a stream as well. Nothing throws for a level that fails.
/// </remarks>
internal sealed class LayeredCache(MemoryLevel memory, ISharedLevel? shared, PurgeTable purges, PurgeExchange exchange, TimeProvider clock, CacheLevelMetrics metrics) : HybridCache
{
    private static readonly TimeSpan DefaultExpiration = TimeSpan.FromHours(1);

    // Purges are remembered for longer: see RedisCacheLevel.
    private static readonly TimeSpan LongestExpiration = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not <c>byte[]</c>.</exception>
    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        MustBeBytes<T>();
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        if (!flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheRead))
        {
            var found = memory.Find(key);
            metrics.LookedUp(found is not null);
            if (found is not null)
            {
                return new ValueTask<T>((T)(object)found.Value);
            }
        }
        var asksShared = shared is not null && !flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheRead);
        return !asksShared && flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData)
            ? default
            : FindOrCreateAsync(key, state, factory, asksShared, options, tags, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not <c>byte[]</c>.</exception>
    public override async ValueTask SetAsync<T>(string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        MustBeBytes<T>();
        if (value is not byte[] bytes)
        {
            return;
        }
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        var now = clock.GetUtcNow();
        var life = Shorter(options?.Expiration ?? DefaultExpiration, LongestExpiration);
        if (life <= TimeSpan.Zero)
        {
            return;
        }
        string[] by = tags is null ? [] : [.. tags];
        var entry = new CacheEntry(key, bytes, now.UtcTicks, (now + life).UtcTicks, by, purges.StampOf(key, by));
        if (!flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite))
        {
            memory.Set(ForMemory(entry, options));
        }
        if (shared is not null && !flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite))
        {
            await shared.WriteAsync(entry);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        purges.PurgeKey(key);
        await exchange.RunAsync(cancellationToken);
        if (shared is not null)
        {
            await shared.RemoveAsync(key);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        purges.PurgeTag(tag);
        await exchange.RunAsync(cancellationToken);
    }

    private async ValueTask<T> FindOrCreateAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, bool asksShared, HybridCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        var flags = options?.Flags ?? HybridCacheEntryFlags.None;
        if (asksShared)
        {
            var (result, entry) = await shared!.ReadAsync(key);
            if (entry is not null && (entry.Expires <= clock.GetUtcNow().UtcTicks || !purges.Holds(entry)))
            {
                (result, entry) = (SharedResult.Miss, null);
            }
            metrics.LookedUp(result);
            if (entry is not null)
            {
                if (!flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite))
                {
                    memory.Set(ForMemory(entry, options));
                }
                return (T)(object)entry.Value;
            }
        }
        if (flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData))
        {
            return default!;
        }
        var created = await factory(state, cancellationToken);
        await SetAsync(key, created, options, tags, cancellationToken);
        return created;
    }

    /// <summary>The entry as memory keeps it: for a shorter time where that is asked for.</summary>
    private CacheEntry ForMemory(CacheEntry entry, HybridCacheEntryOptions? options)
    {
        if (options?.LocalCacheExpiration is not { } life)
        {
            return entry;
        }
        var expires = (clock.GetUtcNow() + Shorter(life, LongestExpiration)).UtcTicks;
        return expires >= entry.Expires ? entry : new CacheEntry(entry.Key, entry.Value, entry.Created, expires, entry.Tags, entry.Stamp);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static void MustBeBytes<T>()
    {
        if (typeof(T) != typeof(byte[]))
        {
            throw new NotSupportedException($"The cache of answers holds byte[], not {typeof(T)}.");
        }
    }
}
