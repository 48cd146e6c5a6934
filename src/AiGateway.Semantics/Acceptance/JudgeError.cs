namespace AiGateway.Semantics.Acceptance;

/// <summary>How often the judge of two answers errs, as limits that are on the safe side.</summary>
/// <param name="FalseAcceptUpper">At most this share of the wrong hits is judged right; 0 up to, not including, 1.</param>
/// <param name="FalseRejectLower">At least this share of the right hits is judged wrong; 0 where nothing is known.</param>
internal readonly record struct JudgeError(double FalseAcceptUpper, double FalseRejectLower)
{
    /// <summary>Labels by people, or a judge that is taken at its word.</summary>
    internal static JudgeError None => default;

    /// <summary>The largest share of hits *judged* wrong that still means a share of at most <paramref name="bound"/> *being* wrong.</summary>
    /// <remarks>judged = wrong · (1 − falseAccept) + (1 − wrong) · falseReject, which rises with the wrong share while the two errors stay below 1 together.</remarks>
    internal double JudgedBound(double bound) => bound * (1 - FalseAcceptUpper) + (1 - bound) * FalseRejectLower;

    /// <summary>The wrong share behind a share judged wrong.</summary>
    internal double Corrected(double judged) =>
        Math.Clamp((judged - FalseRejectLower) / (1 - FalseAcceptUpper - FalseRejectLower), 0, 1);
}
