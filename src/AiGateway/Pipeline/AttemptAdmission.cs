using AiGateway.Configuration;

namespace AiGateway.Pipeline;

/// <summary>What an exchange may still use: asked before each attempt, told after it. Implemented by Admission; null in an exchange that nothing limits.</summary>
internal abstract class AttemptAdmission
{
    /// <summary>Asks for an attempt at a deployment, at that deployment's price and within its own limits.</summary>
    /// <param name="deployment">Where it would go.</param>
    /// <returns>Null when it may; else what the caller is told when nothing else is left.</returns>
    public abstract ValueTask<Rejection?> TryEnterAsync(DeploymentModel deployment);

    /// <summary>An attempt that <see cref="TryEnterAsync"/> let through has failed; what it consumed stands in its record.</summary>
    public abstract void Leave(AttemptRecord attempt);
}
