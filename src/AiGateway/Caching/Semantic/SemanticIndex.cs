using System.Collections.Concurrent;
using AiGateway.Semantics.Index;

namespace AiGateway.Caching.Semantic;

/// <summary>The questions of an alias with their vectors in this process's memory, bounded in number: those that were of no use go first, the oldest of them before others.</summary>
/// <param name="embedder">The fingerprint of what makes the vectors.</param>
/// <param name="dimensions">Numbers per vector.</param>
/// <param name="most">Most questions.</param>
internal sealed class SemanticIndex(UInt128 embedder, int dimensions, int most) : ISemanticIndex
{
    // Vectors, their bookkeeping, and partitions of few questions; beyond it the index itself makes room, which is as if a question had not been asked.
    private const int BytesBesideVector = 1024;

    private readonly VectorIndex _vectors = new(embedder, dimensions, Math.Max(VectorIndex.LeastBytes, (long)most * (dimensions + BytesBesideVector)));
    private readonly ConcurrentDictionary<UInt128, SemanticEntry> _entries = new();
    private readonly Queue<SemanticEntry> _byAge = [];
    private readonly Lock _changing = new();

    /// <inheritdoc/>
    public long Count => _entries.Count;

    /// <inheritdoc/>
    public ValueTask<NearQuestion[]?> SearchAsync(UInt128 partition, ReadOnlyMemory<float> vector)
    {
        var found = _vectors.Search(embedder, partition, vector.Span);
        var near = new NearQuestion[Neighbours.Most];
        var count = 0;
        foreach (ref readonly var neighbour in (ReadOnlySpan<Neighbour>)found)
        {
            // It may just have gone.
            if (neighbour.Exists && _entries.TryGetValue(neighbour.Id, out var entry))
            {
                near[count++] = new NearQuestion(entry, neighbour.Similarity, neighbour);
            }
        }
        return new(count == near.Length ? near : near[..count]);
    }

    /// <inheritdoc/>
    public ValueTask AddAsync(SemanticEntry entry, ReadOnlyMemory<float> vector, StoredAnswer answer, string[] tags)
    {
        lock (_changing)
        {
            if (!_vectors.Add(embedder, entry.Partition, entry.Id, vector.Span))
            {
                return default;
            }
            _entries[entry.Id] = entry;
            _byAge.Enqueue(entry);
            while (_entries.Count > most || _byAge.Count > 2 * most)
            {
                MakeRoom(_byAge.Dequeue());
            }
        }
        return default;
    }

    /// <inheritdoc/>
    public ValueTask LearnAsync(SemanticEntry entry, bool wrong) => entry.Learn(wrong) ? RemoveAsync(entry) : default;

    /// <inheritdoc/>
    public ValueTask RemoveAsync(SemanticEntry entry)
    {
        lock (_changing)
        {
            // What stands in the queue of it goes when its turn comes.
            RemoveUnsynchronized(entry);
        }
        return default;
    }

    /// <inheritdoc/>
    public ValueTask AnswerGoneAsync(SemanticEntry entry) => RemoveAsync(entry);

    private void MakeRoom(SemanticEntry oldest)
    {
        if (!IsCurrent(oldest))
        {
            return;
        }
        if (oldest.IsUsed)
        {
            oldest.IsUsed = false;
            _byAge.Enqueue(oldest);
            return;
        }
        RemoveUnsynchronized(oldest);
    }

    private void RemoveUnsynchronized(SemanticEntry entry)
    {
        if (IsCurrent(entry))
        {
            _entries.TryRemove(entry.Id, out _);
            _vectors.Remove(entry.Partition, entry.Id);
        }
    }

    // The same question may have been asked again since, and then is another entry.
    private bool IsCurrent(SemanticEntry entry) => _entries.TryGetValue(entry.Id, out var current) && ReferenceEquals(current, entry);
}
