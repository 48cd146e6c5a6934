using System.Numerics;

namespace AiGateway.Caching.Levels;

/// <summary>The level in process: entries by key, bounded in bytes, everything counted.</summary>
/// <remarks>What is too old goes when it is found, when its room is needed, or with the next purge; there is no timer.</remarks>
internal sealed class MemoryLevel
{
    private const long BytesPerShard = 16 << 20;
    private const int MostShards = 16;

    // Else a few of them would be a whole shard.
    private const int LargestShare = 4;

    private readonly MemoryShard[] _shards;
    private readonly long _largest;
    private readonly PurgeTable _purges;
    private readonly TimeProvider _clock;
    private readonly CacheLevelMetrics _metrics;

    /// <param name="capacity">Most bytes of all entries, keys, tags and bookkeeping included; at least 64 KB.</param>
    /// <param name="purges">Says what is purged.</param>
    /// <param name="clock">Says what is too old.</param>
    /// <param name="metrics">Counts.</param>
    public MemoryLevel(long capacity, PurgeTable purges, TimeProvider clock, CacheLevelMetrics metrics)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 64 * 1024);
        Capacity = capacity;
        _purges = purges;
        _clock = clock;
        _metrics = metrics;
        var shards = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(capacity / BytesPerShard, 1, MostShards));
        _shards = new MemoryShard[shards];
        for (var i = 0; i < shards; i++)
        {
            _shards[i] = new MemoryShard(capacity / shards, metrics);
        }
        _largest = capacity / shards / LargestShare;
        metrics.Memory = () => (Bytes, Count);
    }

    /// <summary>Most bytes.</summary>
    public long Capacity { get; }

    /// <summary>Bytes in use, at most <see cref="Capacity"/>.</summary>
    public long Bytes => _shards.Sum(static shard => shard.Bytes);

    /// <summary>How many entries.</summary>
    public int Count => _shards.Sum(static shard => shard.Count);

    /// <summary>An entry that may be served; null when there is none.</summary>
    public CacheEntry? Find(string key)
    {
        var shard = ShardOf(key);
        if (shard.Find(key) is not { } entry)
        {
            return null;
        }
        if (WhyNot(entry, _clock.GetUtcNow().UtcTicks) is not { } reason)
        {
            return entry;
        }
        shard.TakeOut(entry, reason);
        return null;
    }

    /// <summary>Keeps an entry; one that is larger than a quarter of a shard (4 MB at 256 MB) is not kept, and counted.</summary>
    public void Set(CacheEntry entry)
    {
        if (entry.Size > _largest)
        {
            _metrics.TooLarge();
            return;
        }
        ShardOf(entry.Key).Set(entry, _clock.GetUtcNow().UtcTicks);
    }

    /// <summary>Takes out what was purged or is too old.</summary>
    public void Sweep()
    {
        var now = _clock.GetUtcNow().UtcTicks;
        foreach (var shard in _shards)
        {
            foreach (var entry in shard.Entries)
            {
                if (WhyNot(entry, now) is { } reason)
                {
                    shard.TakeOut(entry, reason);
                }
            }
        }
    }

    /// <summary>Why an entry may not be served; null when it may.</summary>
    private RemovalReason? WhyNot(CacheEntry entry, long now)
    {
        if (entry.Expires <= now)
        {
            return RemovalReason.Age;
        }
        return _purges.Holds(entry) ? null : RemovalReason.Purge;
    }

    private MemoryShard ShardOf(string key) => _shards[string.GetHashCode(key, StringComparison.Ordinal) & (_shards.Length - 1)];
}
