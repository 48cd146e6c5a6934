using AiGateway.Configuration;

namespace AiGateway.Pipeline;

/// <summary>What an exchange may still use: asked before each attempt, told after it. Implemented by Admission; null in an exchange that nothing limits.</summary>
internal abstract class AttemptAdmission
{
    /// <summary>Asks for an attempt at a deployment, at that deployment's price and within its own limits.</summary>
    /// <param name="deployment">Where it would go.</param>
    /// <returns>Null when it may; else what the caller is told when nothing else is left.</returns>
    public abstract ValueTask<Rejection?> TryEnterAsync(DeploymentModel deployment);

    /// <summary>Asks for more of a session that runs: counts what it has consumed up to now, and holds what its next answer may come to.</summary>
    /// <param name="attempt">The session's, with its sums up to now.</param>
    /// <returns>Null when it may go on; else what the caller is told at its end.</returns>
    public abstract ValueTask<Rejection?> TryGoOnAsync(AttemptRecord attempt);

    /// <summary>Keeps what is held for a batch that a provider has made: it counts as spent until its cost is recorded in its place.</summary>
    /// <param name="batch">The batch's name among the nodes.</param>
    /// <returns>What it holds, also of budgets that are made later; null where nothing is known of what it may cost.</returns>
    public abstract ValueTask<BatchHold?> KeepForBatchAsync(string batch);

    /// <summary>An attempt that <see cref="TryEnterAsync"/> let through has failed; what it consumed stands in its record.</summary>
    public abstract void Leave(AttemptRecord attempt);
}
