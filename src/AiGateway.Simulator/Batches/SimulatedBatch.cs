using System.Text.Json;

namespace AiGateway.Simulator.Batches;

/// <summary>A batch: its requests wait until it has been looked at often enough, then all are answered at once.</summary>
internal sealed class SimulatedBatch
{
    private readonly Lock _lock = new();

    public required string Id { get; init; }

    public required long Created { get; init; }

    /// <summary>The body it was made with.</summary>
    public required JsonElement Asked { get; init; }

    /// <summary>Its requests.</summary>
    public required IReadOnlyList<BatchedRequest> Requests { get; init; }

    /// <summary>How often it has been looked at.</summary>
    public int Polls { get; private set; }

    /// <summary>What came of it; null while it is under way.</summary>
    public BatchOutcome? Outcome { get; private set; }

    /// <summary>True when it was stopped before its requests were answered.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Looks at it once more.</summary>
    /// <param name="pollsUnderWay">How many looks find it under way.</param>
    /// <param name="answer">Answers its requests.</param>
    public void Poll(int pollsUnderWay, Func<IReadOnlyList<BatchedRequest>, BatchOutcome> answer)
    {
        lock (_lock)
        {
            if (Outcome is null && ++Polls > pollsUnderWay)
                Outcome = answer(Requests);
        }
    }

    /// <summary>Stops it, where it is under way.</summary>
    public void Cancel(Func<IReadOnlyList<BatchedRequest>, BatchOutcome> answer)
    {
        lock (_lock)
        {
            if (Outcome is not null)
                return;
            IsCancelled = true;
            Outcome = answer([]);
        }
    }
}

/// <summary>One request of a batch.</summary>
internal sealed record BatchedRequest(string CustomId, string Path, JsonElement Body);

/// <summary>What came of a batch.</summary>
/// <param name="Output">One line for each answer; Anthropic's for each failure too.</param>
/// <param name="Errors">OpenAI's lines of failures.</param>
/// <param name="Answered">How many were answered.</param>
/// <param name="Failed">How many were not.</param>
/// <param name="InputTokens">What they consumed together.</param>
/// <param name="OutputTokens">What they made together.</param>
internal sealed record BatchOutcome(SimulatedFile? Output, SimulatedFile? Errors, int Answered, int Failed, long InputTokens, long OutputTokens);
