using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AiGateway.Semantics.Index;

/// <summary>
/// A piece of a partition: vectors one behind the other, with their ids. One thread at a time changes it, any number read at the same time without a lock:
/// a slot is written once, before <see cref="Count"/> lets readers see it, and is never used again when its entry is removed.
/// </summary>
internal sealed class IndexChunk(int capacity, int stride)
{
    private readonly sbyte[] _vectors = new sbyte[capacity * stride];
    private readonly float[] _inverseLengths = new float[capacity];

    // The halves of the ids apart: the processor's vectors look through the lower ones.
    private readonly ulong[] _lowerIds = new ulong[capacity];
    private readonly ulong[] _upperIds = new ulong[capacity];
    private readonly bool[] _used = new bool[capacity];
    private int _count;

    /// <summary>How many entries fit.</summary>
    public int Capacity => capacity;

    /// <summary>Slots that were written, removed ones included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Entries that are there; for the thread that changes.</summary>
    public int Live { get; private set; }

    /// <summary>What it takes of memory.</summary>
    public long Bytes => 200 + (capacity * (long)(stride + sizeof(float) + (2 * sizeof(ulong)) + sizeof(bool)));

    /// <summary>The id of a slot.</summary>
    public UInt128 IdOf(int slot) => new(_upperIds[slot], _lowerIds[slot]);

    /// <summary>Says that a slot's entry was of use.</summary>
    public void MarkUsed(int slot) => _used[slot] = true;

    /// <summary>Adds an entry; there is room.</summary>
    public void Add(UInt128 id, ReadOnlySpan<sbyte> vector, float inverseLength, bool used)
    {
        vector.CopyTo(_vectors.AsSpan(_count * stride));
        _inverseLengths[_count] = inverseLength;
        _lowerIds[_count] = (ulong)id;
        _upperIds[_count] = (ulong)(id >> 64);
        _used[_count] = used;
        Live++;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Removes an entry; false when it is not here.</summary>
    public bool Remove(UInt128 id)
    {
        for (var from = 0; _lowerIds.AsSpan(from, _count - from).IndexOf((ulong)id) is >= 0 and var at;)
        {
            var slot = from + at;
            if (IdOf(slot) == id && !IsRemoved(slot))
            {
                Remove(slot);
                return true;
            }
            from = slot + 1;
        }
        return false;
    }

    /// <summary>Removes what was of no use since it was last asked.</summary>
    public void RemoveUnused()
    {
        for (var slot = 0; slot < _count; slot++)
        {
            if (!_used[slot] && !IsRemoved(slot))
            {
                Remove(slot);
            }
            _used[slot] = false;
        }
    }

    /// <summary>A chunk of the entries that are there, without room for more than <paramref name="room"/>.</summary>
    public IndexChunk Compact(int room)
    {
        var compact = new IndexChunk(Math.Max(room, Live), stride);
        for (var slot = 0; slot < _count; slot++)
        {
            if (!IsRemoved(slot))
            {
                compact.Add(IdOf(slot), _vectors.AsSpan(slot * stride, stride), _inverseLengths[slot], _used[slot]);
            }
        }
        return compact;
    }

    /// <summary>Compares all entries with a vector and keeps the nearest of those found so far and these.</summary>
    /// <remarks>Fully optimised at once: the first searches would else take a hundred times as long.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Search(ReadOnlySpan<short> query, ref IndexSearch found)
    {
        ref var vector = ref MemoryMarshal.GetArrayDataReference(_vectors);
        ref var widened = ref MemoryMarshal.GetReference(query);
        var lengths = _inverseLengths.AsSpan(0, Count);
        for (var slot = 0; slot < lengths.Length; slot++)
        {
            // A removed entry's length is NaN, which is larger than nothing.
            var similarity = QuantizedVector.Dot(ref vector, ref widened, (nuint)query.Length) * lengths[slot];
            if (similarity > found.Least)
            {
                found.Take(this, slot, similarity);
            }
            vector = ref Unsafe.Add(ref vector, query.Length);
        }
    }

    private bool IsRemoved(int slot) => float.IsNaN(_inverseLengths[slot]);

    private void Remove(int slot)
    {
        Volatile.Write(ref _inverseLengths[slot], float.NaN);
        Live--;
    }
}
