using System.Collections.Concurrent;

namespace AiGateway.Semantics.Index;

/// <summary>
/// Finds the nearest entries of a partition by comparing with every one of them: exact up to the rounding of vectors to 8 bits, in memory, bounded in bytes.
/// Thread-safe; searches take no lock and allocate nothing, changes take one that they hold for microseconds, or some tens of them where room has to be made.
/// </summary>
/// <remarks>
/// Room is made by a hand that goes round over all chunks of all partitions: entries that were not <see cref="Neighbour.MarkUsed">of use</see>
/// since it last came by are removed (the CLOCK algorithm, close to least recently used; a flood of new entries does not drive out those of use). Who has answers beside finds that an entry is gone when a search no longer gives it.
/// </remarks>
internal sealed class VectorIndex
{
    /// <summary>The least bound in bytes.</summary>
    public const long LeastBytes = 1024 * 1024;

    private const int LargestChunkBytes = 256 * 1024;
    private const int MostDimensions = 8192;

    private readonly ConcurrentDictionary<UInt128, IndexPartition> _partitions = new();
    private readonly List<IndexPartition> _order = [];
    private readonly Lock _changing = new();
    private readonly UInt128 _embedder;
    private readonly int _dimensions;
    private readonly int _stride;
    private readonly int _largestChunk;
    private readonly long _mostBytes;
    private long _bytes;
    private long _count;
    private long _evicted;
    private int _handPartition;
    private int _handChunk;

    /// <param name="embedder">The fingerprint of what makes the vectors; those of any other are not taken and find nothing.</param>
    /// <param name="dimensions">Numbers per vector, from 1 to 8192.</param>
    /// <param name="mostBytes">What the index may take of memory, <see cref="LeastBytes"/> at least.</param>
    public VectorIndex(UInt128 embedder, int dimensions, long mostBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, MostDimensions);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBytes, LeastBytes);
        _embedder = embedder;
        _dimensions = dimensions;
        _stride = (dimensions + QuantizedVector.Block - 1) / QuantizedVector.Block * QuantizedVector.Block;
        _largestChunk = LargestChunkBytes / _stride;
        _mostBytes = mostBytes;
    }

    /// <summary>Entries in all partitions.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>What the index takes of memory; above the bound only while an entry is added.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Entries that were removed to make room, since the start.</summary>
    public long Evicted => Interlocked.Read(ref _evicted);

    /// <summary>Adds an entry, in place of one with the same id in the partition. Others may be removed to make room.</summary>
    /// <param name="embedder">The fingerprint of what made the vector.</param>
    /// <param name="partition">What may answer each other.</param>
    /// <param name="id">The caller's name for the entry.</param>
    /// <param name="vector">The vector; its length does not matter.</param>
    /// <returns>False where the vector is of another embedder or size, zero, or not finite.</returns>
    public bool Add(UInt128 embedder, UInt128 partition, UInt128 id, ReadOnlySpan<float> vector)
    {
        Span<sbyte> integers = stackalloc sbyte[_stride];
        if (!TryWrite(embedder, vector, integers, out var inverseLength))
        {
            return false;
        }
        lock (_changing)
        {
            if (!_partitions.TryGetValue(partition, out var into))
            {
                into = new IndexPartition(partition, _stride, _largestChunk);
                _partitions[partition] = into;
                _order.Add(into);
                _bytes += into.Bytes;
            }
            var (bytes, live) = (into.Bytes, into.Live);
            into.Add(id, integers, inverseLength);
            Account(into, bytes, live);
            MakeRoom();
        }
        return true;
    }

    /// <summary>Removes an entry; false when it is not there.</summary>
    public bool Remove(UInt128 partition, UInt128 id)
    {
        lock (_changing)
        {
            if (!_partitions.TryGetValue(partition, out var from))
            {
                return false;
            }
            var (bytes, live) = (from.Bytes, from.Live);
            var removed = from.Remove(id);
            Account(from, bytes, live);
            if (from.Live == 0)
            {
                Drop(_order.IndexOf(from));
            }
            return removed;
        }
    }

    /// <summary>Removes a partition with all of its entries.</summary>
    public void RemovePartition(UInt128 partition)
    {
        lock (_changing)
        {
            if (_partitions.TryGetValue(partition, out var from))
            {
                Drop(_order.IndexOf(from));
            }
        }
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        lock (_changing)
        {
            _partitions.Clear();
            _order.Clear();
            _bytes = 0;
            _count = 0;
            _handPartition = 0;
            _handChunk = 0;
        }
    }

    /// <summary>The entries of a partition that are nearest to a vector.</summary>
    /// <param name="embedder">The fingerprint of what made the vector.</param>
    /// <param name="partition">What may answer.</param>
    /// <param name="vector">The vector; its length does not matter. One that is of another embedder or size, zero, or not finite finds nothing.</param>
    public Neighbours Search(UInt128 embedder, UInt128 partition, ReadOnlySpan<float> vector)
    {
        if (!_partitions.TryGetValue(partition, out var within))
        {
            return default;
        }
        Span<sbyte> integers = stackalloc sbyte[_stride];
        if (!TryWrite(embedder, vector, integers, out var inverseLength))
        {
            return default;
        }
        Span<short> widened = stackalloc short[_stride];
        for (var i = 0; i < integers.Length; i++)
        {
            widened[i] = integers[i];
        }
        var found = new IndexSearch();
        within.Search(widened, ref found);
        return found.Result(inverseLength);
    }

    // False where the vector may neither be added nor searched for.
    private bool TryWrite(UInt128 embedder, ReadOnlySpan<float> vector, Span<sbyte> integers, out float inverseLength)
    {
        inverseLength = 0;
        integers[_dimensions..].Clear();
        return embedder == _embedder && vector.Length == _dimensions && QuantizedVector.TryWrite(vector, integers, out inverseLength);
    }

    private void Account(IndexPartition partition, long bytesBefore, int liveBefore)
    {
        Interlocked.Add(ref _bytes, partition.Bytes - bytesBefore);
        Interlocked.Add(ref _count, partition.Live - liveBefore);
    }

    private void MakeRoom()
    {
        while (_bytes > _mostBytes && _order.Count > 0)
        {
            _handPartition %= _order.Count;
            var partition = _order[_handPartition];
            if (_handChunk >= partition.Chunks)
            {
                _handPartition++;
                _handChunk = 0;
                continue;
            }
            var (bytes, live) = (partition.Bytes, partition.Live);
            _handChunk += partition.RemoveUnused(_handChunk) ? 1 : 0;
            Account(partition, bytes, live);
            Interlocked.Add(ref _evicted, live - partition.Live);
            if (partition.Live == 0)
            {
                Drop(_handPartition);
            }
        }
    }

    private void Drop(int at)
    {
        var partition = _order[at];
        _partitions.TryRemove(partition.Key, out _);
        Interlocked.Add(ref _bytes, -partition.Bytes);
        Interlocked.Add(ref _count, -partition.Live);
        // The last one takes its place; where the hand stood on one of the two, it begins that partition anew.
        var last = _order.Count - 1;
        if (_handPartition == at || _handPartition == last)
        {
            _handPartition = at;
            _handChunk = 0;
        }
        _order[at] = _order[last];
        _order.RemoveAt(last);
    }
}
