namespace AiGateway.Caching.Levels;

/// <summary>What was purged of a key and its tags before an entry was made: it holds as long as that stays so.</summary>
/// <param name="Ids">The latest purge of everything, of the key, and of each tag in their order, 0 for none; empty for none at all, as nearly always.</param>
internal readonly record struct PurgeStamp(long[] Ids)
{
    /// <summary>How many ids stand before those of the tags.</summary>
    public const int Fixed = 2;

    /// <summary>Nothing was purged.</summary>
    public static readonly PurgeStamp None = new([]);

    /// <summary>Bytes that it takes.</summary>
    public int Size => Ids.Length * sizeof(long);
}
