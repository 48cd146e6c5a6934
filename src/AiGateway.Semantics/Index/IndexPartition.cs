namespace AiGateway.Semantics.Index;

/// <summary>Entries that may answer each other. One thread at a time changes it; readers see the chunks that were there when they began.</summary>
internal sealed class IndexPartition(UInt128 key, int stride, int largestChunk)
{
    private const int SmallestChunk = 4;

    // What an empty one takes of memory: itself, its array, its places in the index.
    private const long OwnBytes = 256;

    private IndexChunk[] _chunks = [];

    public UInt128 Key => key;

    /// <summary>How many chunks there are.</summary>
    public int Chunks => _chunks.Length;

    /// <summary>Entries that are there.</summary>
    public int Live { get; private set; }

    /// <summary>What it takes of memory.</summary>
    public long Bytes { get; private set; } = OwnBytes;

    /// <summary>Adds an entry, in place of one with the same id.</summary>
    public void Add(UInt128 id, ReadOnlySpan<sbyte> vector, float inverseLength)
    {
        Remove(id);
        if (_chunks is not [.., var last] || last.Count == last.Capacity)
        {
            // Each as large as all before it, so that small partitions stay small and large ones have few chunks.
            last = new IndexChunk(Math.Clamp(Live, SmallestChunk, largestChunk), stride);
            Volatile.Write(ref _chunks, [.. _chunks, last]);
            Bytes += last.Bytes;
        }
        last.Add(id, vector, inverseLength, used: false);
        Live++;
    }

    /// <summary>Removes an entry; false when it is not here.</summary>
    public bool Remove(UInt128 id)
    {
        for (var at = 0; at < _chunks.Length; at++)
        {
            if (_chunks[at].Remove(id))
            {
                Live--;
                Shrink(at);
                return true;
            }
        }
        return false;
    }

    /// <summary>Removes a chunk's entries that were of no use of late.</summary>
    /// <returns>False when that left nothing of the chunk: the next one has its number.</returns>
    public bool RemoveUnused(int at)
    {
        var chunk = _chunks[at];
        var before = chunk.Live;
        chunk.RemoveUnused();
        Live -= before - chunk.Live;
        return Shrink(at);
    }

    /// <summary>Compares all entries with a vector.</summary>
    public void Search(ReadOnlySpan<short> query, ref IndexSearch found)
    {
        foreach (var chunk in Volatile.Read(ref _chunks))
        {
            chunk.Search(query, ref found);
        }
    }

    // Gives memory back once more than half of a chunk's slots are of removed entries.
    private bool Shrink(int at)
    {
        var chunk = _chunks[at];
        if (chunk.Live == 0)
        {
            Volatile.Write(ref _chunks, [.. _chunks[..at], .. _chunks[(at + 1)..]]);
            Bytes -= chunk.Bytes;
            return false;
        }
        if (chunk.Count - chunk.Live > chunk.Capacity / 2)
        {
            var compact = chunk.Compact(SmallestChunk);
            Volatile.Write(ref _chunks, [.. _chunks[..at], compact, .. _chunks[(at + 1)..]]);
            Bytes += compact.Bytes - chunk.Bytes;
        }
        return true;
    }
}
