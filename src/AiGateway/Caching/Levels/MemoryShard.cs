using System.Collections.Concurrent;

namespace AiGateway.Caching.Levels;

/// <summary>A part of the cache in memory, with a lock of its own for changes; looking up takes none.</summary>
/// <remarks>
/// S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: FIFO queues are all you need for cache eviction, SOSP 2023), written from the paper, because none of the
/// libraries that have it or its like restores here. Three queues in order of arrival, and nothing moves when something is found:
/// <code>
/// new ──► small (a tenth) ──asked for again──► main ──► out, unless asked for since: then round again, one less
///              └──────── not ────────► out, its key ──► ghosts ──comes back──► main
/// </code>
/// A scan, keys that are asked for once each, passes through the small queue and leaves the main one as it is. Measured against LRU in
/// benchmarks/results/2026-11-22-cache-policy.md.
/// </remarks>
/// <param name="capacity">Most bytes; never exceeded.</param>
/// <param name="metrics">Counts what goes.</param>
internal sealed class MemoryShard(long capacity, CacheLevelMetrics metrics)
{
    /// <summary>An entry is passed over so often at most, however often it was asked for.</summary>
    public const int MostUses = 3;

    private const int SmallShare = 10;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, CacheEntry> _entries = new(StringComparer.Ordinal);
    private readonly EntryQueue _small = new();
    private readonly EntryQueue _main = new();
    private readonly GhostList _ghosts = new();
    private long _bytes;
    private int _count;

    /// <summary>Bytes in use.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many entries.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>All entries, as they are passed by; others may come and go meanwhile.</summary>
    public IEnumerable<CacheEntry> Entries => _entries.Select(static pair => pair.Value);

    /// <summary>Finds an entry and counts its use; null when there is none.</summary>
    public CacheEntry? Find(string key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }
        if (entry.Uses < MostUses)
        {
            entry.Uses++;
        }
        return entry;
    }

    /// <summary>Puts an entry in, in place of one of its key.</summary>
    /// <param name="entry">The entry, of at most the shard's capacity.</param>
    /// <param name="now">UTC ticks; whose time has passed goes first.</param>
    public void Set(CacheEntry entry, long now)
    {
        lock (_lock)
        {
            var isKnown = false;
            if (_entries.TryGetValue(entry.Key, out var old))
            {
                isKnown = old.Queue == _main;
                Remove(old, RemovalReason.Replaced);
            }
            while (_bytes + entry.Size > capacity)
            {
                Evict(now);
            }
            (isKnown || _ghosts.Remove(Hash(entry)) ? _main : _small).Add(entry);
            _entries[entry.Key] = entry;
            _bytes += entry.Size;
            _count++;
        }
    }

    /// <summary>Takes this very entry out, if it is still in.</summary>
    public void TakeOut(CacheEntry entry, RemovalReason reason)
    {
        lock (_lock)
        {
            if (entry.Queue is not null)
            {
                Remove(entry, reason);
            }
        }
    }

    /// <summary>Puts one entry out. There is one: an entry is never larger than the shard.</summary>
    private void Evict(long now)
    {
        while (_small.Oldest is { } entry && (_small.Bytes * SmallShare > capacity || _main.Oldest is null))
        {
            if (entry.Expires > now && entry.Uses > 0)
            {
                entry.Uses = 0;
                _small.Remove(entry);
                _main.Add(entry);
                continue;
            }
            _ghosts.Add(Hash(entry), Math.Max(16, _count));
            Remove(entry, entry.Expires > now ? RemovalReason.Room : RemovalReason.Age);
            return;
        }
        while (_main.Oldest is { } entry)
        {
            if (entry.Expires <= now || entry.Uses == 0)
            {
                Remove(entry, entry.Expires > now ? RemovalReason.Room : RemovalReason.Age);
                return;
            }
            entry.Uses--;
            _main.Remove(entry);
            _main.Add(entry);
        }
    }

    private void Remove(CacheEntry entry, RemovalReason reason)
    {
        entry.Queue!.Remove(entry);
        _entries.TryRemove(entry.Key, out _);
        _bytes -= entry.Size;
        _count--;
        metrics.Removed(reason);
    }

    private static int Hash(CacheEntry entry) => string.GetHashCode(entry.Key, StringComparison.Ordinal);
}
