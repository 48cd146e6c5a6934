namespace AiGateway.Semantics.Acceptance;

/// <summary>The checks of a region of risk, weighted by the hits they stand for; the heaviest weighs 1.</summary>
/// <remarks>
/// With weights r ≤ 1 the exponent of the supermartingale of <see cref="WrongCountLimit"/> is Σ(1 − e^(−λr))p ≥ (1 − e^(−λ))Σrp,
/// by concavity: the limit for whole checks holds for weighted ones.
/// </remarks>
/// <param name="Checks">Sum of the weights.</param>
/// <param name="Wrong">Sum of the weights of the wrong ones.</param>
internal readonly record struct RegionEvidence(double Checks, double Wrong)
{
    /// <summary>The estimate of the wrong share; 1 where nothing was checked.</summary>
    internal double Estimate => Checks > 0 ? Wrong / Checks : 1;

    /// <summary>Whether the upper confidence limit of the wrong share is below a bound.</summary>
    internal bool IsBelow(double bound, double alpha) => Checks > 0 && WrongCountLimit.IsBelow(Wrong, bound * Checks, alpha);

    /// <summary>The upper confidence limit of the wrong share; 1 where nothing was checked.</summary>
    internal double Upper(double alpha) => Checks > 0 ? Math.Min(1, WrongCountLimit.Upper(Wrong, alpha) / Checks) : 1;
}
