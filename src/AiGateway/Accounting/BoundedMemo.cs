using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace AiGateway.Accounting;

/// <summary>Remembers results of a pure function for the keys used most recently, never more than a bound.</summary>
/// <remarks>
/// Two generations: when the young one is full it becomes the old one and the old one is forgotten; what is read from
/// the old one moves up. Two racing callers may compute the same value twice, which is harmless for a pure function.
/// </remarks>
internal sealed class BoundedMemo<TKey, TValue>(int capacity, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
{
    private readonly int _generationCapacity = Math.Max(1, capacity / 2);
    private ConcurrentDictionary<TKey, TValue> _young = new(comparer);
    private ConcurrentDictionary<TKey, TValue> _old = new(comparer);
    private int _youngCount;

    /// <summary>Keys remembered at present; for tests.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>The remembered value of a key.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (Volatile.Read(ref _young).TryGetValue(key, out value))
        {
            return true;
        }
        if (!Volatile.Read(ref _old).TryGetValue(key, out value))
        {
            return false;
        }
        Add(key, value);
        return true;
    }

    /// <summary>Remembers a value.</summary>
    public void Add(TKey key, TValue value)
    {
        // The count is kept beside the dictionary, whose own takes all its locks.
        if (!Volatile.Read(ref _young).TryAdd(key, value) || Interlocked.Increment(ref _youngCount) != _generationCapacity)
        {
            return;
        }
        Volatile.Write(ref _old, Volatile.Read(ref _young));
        Volatile.Write(ref _young, new ConcurrentDictionary<TKey, TValue>(comparer));
        Volatile.Write(ref _youngCount, 0);
    }
}
