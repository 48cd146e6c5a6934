using System.Numerics.Tensors;
using AiGateway.Caching.Levels;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>The questions of an alias where all nodes find them: vectors in vector sets, what else is known of them sealed beside, as answers are, and expired with these.</summary>
/// <remarks>
/// A vector whose question is gone, expired, purged or not to be read finds nothing and is taken out when it is next near to another. What checks say
/// of a question is written by whoever hears it; of two nodes that do so in the same moment one may be forgotten, which matters for the order of hits
/// and not for the bound.
/// </remarks>
/// <param name="owner">Whose questions.</param>
/// <param name="rule">What the configuration says.</param>
/// <param name="sets">The vectors.</param>
/// <param name="level">The questions, and their answers.</param>
/// <param name="purges">What was purged.</param>
/// <param name="clock">Says what has expired.</param>
/// <param name="metrics">Counts what goes.</param>
internal sealed class SharedIndex(AcceptanceKey owner, SemanticCacheModel rule, IVectorSets sets, ISharedLevel level, PurgeTable purges, TimeProvider clock, SemanticMetrics metrics) : ISemanticIndex
{
    // Others stand in for those whose question is gone.
    private const int MostFound = 2 * ISemanticIndex.MostNear;

    private long _count;

    /// <inheritdoc/>
    public long Count => Interlocked.Read(ref _count);

    /// <inheritdoc/>
    public async ValueTask<NearQuestion[]?> SearchAsync(UInt128 partition, ReadOnlyMemory<float> vector)
    {
        if (!HasDirection(vector.Span))
        {
            return [];
        }
        if (await sets.SearchAsync(owner.Embedder, partition, vector, rule.Search, MostFound) is not { } ids)
        {
            return null;
        }
        var reads = new Task<(SharedResult Result, SharedQuestion? Question)>[ids.Count];
        for (var i = 0; i < reads.Length; i++)
        {
            reads[i] = ReadAsync(new VectorId(partition, ids[i]));
        }
        await Task.WhenAll(reads);
        await SocketThread.Leave();
        var near = new List<NearQuestion>(reads.Length);
        for (var i = 0; i < reads.Length; i++)
        {
            var (result, question) = await reads[i];
            if (result == SharedResult.Failed)
            {
                return null;
            }
            var similarity = question?.SimilarityTo(vector.Span) ?? float.NaN;
            if (float.IsNaN(similarity))
            {
                _ = ForgetAsync(new VectorId(partition, ids[i]), result == SharedResult.Miss ? SharedRemoval.Gone : SharedRemoval.Unreadable);
                continue;
            }
            near.Add(new NearQuestion(question!.Entry, similarity));
        }
        near.Sort(static (one, other) => other.Similarity.CompareTo(one.Similarity));
        return [.. near.Take(ISemanticIndex.MostNear)];
    }

    /// <inheritdoc/>
    public async ValueTask AddAsync(SemanticEntry entry, ReadOnlyMemory<float> vector, StoredAnswer answer, string[] tags)
    {
        var expires = answer.MadeAt + answer.Ttl;
        if (expires <= clock.GetUtcNow() || SharedQuestion.Of(entry, vector.Span) is not { } question)
        {
            return;
        }
        var id = new VectorId(entry.Partition, entry.Id);
        var key = SharedQuestion.KeyOf(owner.Embedder, id);
        // Who purges the answer by its key purges the question.
        string[] by = [.. tags, PurgeTable.NameOfKey(entry.Key)];
        var kept = new CacheEntry(key, question.ToBytes(), answer.MadeAt.UtcTicks, expires.UtcTicks, by, purges.StampOf(key, by));
        // In this order: who finds the vector finds the question.
        if (await level.WriteAsync(kept) && await sets.AddAsync(owner, id, vector, expires, rule.MaxEntries) is { } after)
        {
            await TakeInAsync(after, SharedRemoval.Room);
        }
    }

    /// <inheritdoc/>
    public async ValueTask LearnAsync(SemanticEntry entry, bool wrong)
    {
        var id = new VectorId(entry.Partition, entry.Id);
        var (_, kept) = await level.ReadAsync(SharedQuestion.KeyOf(owner.Embedder, id));
        if (kept is null || !IsInForce(kept) || SharedQuestion.TryRead(kept.Value, id) is not { } question)
        {
            return;
        }
        if (question.Entry.Learn(wrong))
        {
            await RemoveAsync(entry);
            return;
        }
        await level.WriteAsync(new CacheEntry(kept.Key, question.ToBytes(), kept.Created, kept.Expires, kept.Tags, kept.Stamp));
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(SemanticEntry entry) => new(ForgetAsync(new VectorId(entry.Partition, entry.Id), SharedRemoval.Gone));

    /// <inheritdoc/>
    public async ValueTask AnswerGoneAsync(SemanticEntry entry)
    {
        // A level that could not be asked has lost nothing.
        var (result, answer) = await level.ReadAsync(entry.Key);
        if (result != SharedResult.Failed && (answer is null || !IsInForce(answer)))
        {
            await RemoveAsync(entry);
        }
    }

    /// <summary>Takes out what has expired, some of it at a time, unless another node does so.</summary>
    public async Task SweepAsync()
    {
        if (await sets.SweepAsync(owner) is { } after)
        {
            await TakeInAsync(after, SharedRemoval.Age);
        }
    }

    private async ValueTask TakeInAsync(VectorsGone after, SharedRemoval reason)
    {
        Interlocked.Exchange(ref _count, after.Count);
        metrics.Removed(reason, after.Gone.Count);
        if (reason == SharedRemoval.Age)
        {
            // Questions expire by themselves.
            return;
        }
        foreach (var id in after.Gone)
        {
            await level.RemoveAsync(SharedQuestion.KeyOf(owner.Embedder, id));
        }
    }

    private async Task<(SharedResult Result, SharedQuestion? Question)> ReadAsync(VectorId id)
    {
        var (result, kept) = await level.ReadAsync(SharedQuestion.KeyOf(owner.Embedder, id));
        if (kept is null || !IsInForce(kept))
        {
            return (kept is null ? result : SharedResult.Miss, null);
        }
        return SharedQuestion.TryRead(kept.Value, id) is { } question ? (SharedResult.Hit, question) : (SharedResult.Unreadable, null);
    }

    private async Task ForgetAsync(VectorId id, SharedRemoval reason)
    {
        metrics.Removed(reason, 1);
        await sets.RemoveAsync(owner, id);
        await level.RemoveAsync(SharedQuestion.KeyOf(owner.Embedder, id));
    }

    private bool IsInForce(CacheEntry kept) => kept.Expires > clock.GetUtcNow().UtcTicks && purges.Holds(kept);

    private static bool HasDirection(ReadOnlySpan<float> vector) => float.IsNormal(TensorPrimitives.SumOfSquares(vector));
}
