namespace AiGateway.Caching.Levels;

/// <summary>Entries in the order in which they came; any of them can be taken out at once. For one shard, under its lock.</summary>
internal sealed class EntryQueue
{
    private CacheEntry? _newest;

    /// <summary>The one that came first; null when there is none.</summary>
    public CacheEntry? Oldest { get; private set; }

    /// <summary>Bytes of all.</summary>
    public long Bytes { get; private set; }

    /// <summary>Puts one in as the newest.</summary>
    public void Add(CacheEntry entry)
    {
        entry.Queue = this;
        entry.Older = _newest;
        entry.Newer = null;
        if (_newest is null)
        {
            Oldest = entry;
        }
        else
        {
            _newest.Newer = entry;
        }
        _newest = entry;
        Bytes += entry.Size;
    }

    /// <summary>Takes one of its entries out.</summary>
    public void Remove(CacheEntry entry)
    {
        if (entry.Older is null)
        {
            Oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }
        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }
        entry.Queue = null;
        entry.Older = entry.Newer = null;
        Bytes -= entry.Size;
    }
}
