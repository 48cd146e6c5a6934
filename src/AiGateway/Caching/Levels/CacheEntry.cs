namespace AiGateway.Caching.Levels;

/// <summary>A value in the cache, with what is needed to tell whether it still holds.</summary>
/// <remarks>The value is handed out as it is to all who ask, and must not be written to. What is mutable here is its shard's business.</remarks>
/// <param name="key">Its key.</param>
/// <param name="value">The value.</param>
/// <param name="created">When it was made, UTC ticks.</param>
/// <param name="expires">From when on it is not served, UTC ticks.</param>
/// <param name="tags">By what it may be purged.</param>
/// <param name="stamp">The purges that were known when it was made, of <see cref="PurgeTable"/>.</param>
internal sealed class CacheEntry(string key, byte[] value, long created, long expires, string[] tags, PurgeStamp stamp)
{
    // The object, its node in the dictionary, its place among the ghosts; an estimate on the safe side.
    private const int Overhead = 256;

    public string Key { get; } = key;

    public byte[] Value { get; } = value;

    public long Created { get; } = created;

    public long Expires { get; } = expires;

    public string[] Tags { get; } = tags;

    public PurgeStamp Stamp { get; } = stamp;

    /// <summary>Bytes that it takes, all told.</summary>
    public long Size { get; } = Overhead + value.LongLength + (sizeof(char) * ((long)key.Length + LengthOf(tags))) + stamp.Size;

    /// <summary>The version of the purges at which it was found to hold; saves looking again.</summary>
    public int Checked { get; set; } = -1;

    /// <summary>How often it was asked for since it was made or passed over, up to <see cref="MemoryShard.MostUses"/>. Written without a lock: a lost count does not matter.</summary>
    public int Uses { get; set; }

    /// <summary>The queue it is in; null once it is out.</summary>
    public EntryQueue? Queue { get; set; }

    /// <summary>The one that came after it.</summary>
    public CacheEntry? Newer { get; set; }

    /// <summary>The one that came before it.</summary>
    public CacheEntry? Older { get; set; }

    private static long LengthOf(string[] tags)
    {
        var length = 0L;
        foreach (var tag in tags)
        {
            length += tag.Length + sizeof(long);
        }
        return length;
    }
}
