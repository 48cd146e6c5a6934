namespace AiGateway.Semantics.Acceptance;

/// <summary>What to do with a would-be hit.</summary>
internal enum AcceptanceDecision
{
    /// <summary>Ask the model; compare nothing.</summary>
    Miss,

    /// <summary>Ask the model and serve its answer; compare it with the cached one, and tell the acceptance model what came out.</summary>
    Check,

    /// <summary>Serve the cached answer.</summary>
    Serve,
}
