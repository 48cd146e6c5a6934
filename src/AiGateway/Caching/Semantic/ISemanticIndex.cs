using AiGateway.Semantics.Index;

namespace AiGateway.Caching.Semantic;

/// <summary>The questions of an alias, found by meaning. Nothing here throws: an index that is away has no questions.</summary>
internal interface ISemanticIndex
{
    /// <summary>Most questions that a search gives.</summary>
    const int MostNear = Neighbours.Most;

    /// <summary>How many questions there are, as far as this node knows.</summary>
    long Count { get; }

    /// <summary>The questions of a partition nearest to a vector, the nearest first. Goes on in the thread pool.</summary>
    /// <returns>Null when the index could not be asked, or not in time.</returns>
    ValueTask<NearQuestion[]?> SearchAsync(UInt128 partition, ReadOnlyMemory<float> vector);

    /// <summary>Adds a question, in place of the same one. Others may go to make room.</summary>
    /// <param name="entry">The question.</param>
    /// <param name="vector">Its vector; one that has no direction, or is not finite, is not kept.</param>
    /// <param name="answer">Its answer, which is kept by now.</param>
    /// <param name="tags">What the answer can be purged by.</param>
    ValueTask AddAsync(SemanticEntry entry, ReadOnlyMemory<float> vector, StoredAnswer answer, string[] tags);

    /// <summary>Takes in what a check said of a question; one that is wrong too often goes.</summary>
    ValueTask LearnAsync(SemanticEntry entry, bool wrong);

    /// <summary>Takes a question out.</summary>
    ValueTask RemoveAsync(SemanticEntry entry);

    /// <summary>The answer of a question was not found: the question goes, unless its answer could merely not be asked for.</summary>
    ValueTask AnswerGoneAsync(SemanticEntry entry);
}
