using System.Collections.Concurrent;
using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Index;

namespace AiGateway.Caching.Semantic;

/// <summary>The questions of an alias with their vectors, bounded in number: those that were of no use go first, the oldest of them before others.</summary>
/// <param name="model">What makes the vectors.</param>
/// <param name="most">Most questions.</param>
internal sealed class SemanticIndex(EmbeddingModel model, int most)
{
    // Vectors, their bookkeeping, and partitions of few questions; beyond it the index itself makes room, which is as if a question had not been asked.
    private const int BytesBesideVector = 1024;

    private readonly VectorIndex _vectors = new(model.Fingerprint, model.Dimensions, Math.Max(VectorIndex.LeastBytes, (long)most * (model.Dimensions + BytesBesideVector)));
    private readonly ConcurrentDictionary<UInt128, SemanticEntry> _entries = new();
    private readonly Queue<SemanticEntry> _byAge = [];
    private readonly Lock _changing = new();

    /// <summary>How many questions there are.</summary>
    public int Count => _entries.Count;

    /// <summary>The questions of a partition nearest to a vector.</summary>
    public Neighbours Search(UInt128 partition, ReadOnlySpan<float> vector) => _vectors.Search(model.Fingerprint, partition, vector);

    /// <summary>The question of a search's result; null when it has just gone.</summary>
    public SemanticEntry? Find(in Neighbour neighbour) => neighbour.Exists ? _entries.GetValueOrDefault(neighbour.Id) : null;

    /// <summary>Adds a question, in place of the same one. Others may go to make room.</summary>
    public void Add(SemanticEntry entry, ReadOnlySpan<float> vector)
    {
        lock (_changing)
        {
            if (!_vectors.Add(model.Fingerprint, entry.Partition, entry.Id, vector))
            {
                return;
            }
            _entries[entry.Id] = entry;
            _byAge.Enqueue(entry);
            while (_entries.Count > most || _byAge.Count > 2 * most)
            {
                MakeRoom(_byAge.Dequeue());
            }
        }
    }

    /// <summary>Takes a question out.</summary>
    public void Remove(SemanticEntry entry)
    {
        lock (_changing)
        {
            // What stands in the queue of it goes when its turn comes.
            RemoveUnsynchronized(entry);
        }
    }

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
