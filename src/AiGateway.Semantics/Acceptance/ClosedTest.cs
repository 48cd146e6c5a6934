namespace AiGateway.Semantics.Acceptance;

/// <summary>How much evidence a region needs, where several are looked at and the chance that any of them is trusted wrongly is to stay below α.</summary>
/// <remarks>
/// A region is trusted when every set of regions that it belongs to is refuted: the mean of their e-values, by the regions' shares, has reached 1/α (Vovk and Wang,
/// "E-values: calibration, combination and applications", 2021, by the closure principle). A region that has been refuted before takes no part, and one that
/// is near to it hardly any, so that what was set aside for them is left to the others.
/// </remarks>
internal static class ClosedTest
{
    /// <summary>The logarithm of the e-value that a region needs.</summary>
    /// <param name="region">Which.</param>
    /// <param name="regions">All of them.</param>
    /// <param name="passed">Which have been refuted.</param>
    /// <param name="shares">What each begins with of α; 1 together.</param>
    /// <param name="bound">The claim that is to be refuted: a wrong share of this or more.</param>
    /// <param name="alpha">The chance of error for all of them.</param>
    internal static double Needed(int region, ReadOnlySpan<RegionEvidence> regions, ReadOnlySpan<bool> passed, ReadOnlySpan<double> shares, double bound, double alpha)
    {
        // In units of 1/α: the worst set is the region with all those whose own e-value has not reached it.
        double missing = 0;
        for (var i = 0; i < regions.Length; i++)
            if (i != region && !passed[i])
                missing += shares[i] * Math.Max(0, 1 - alpha * Math.Exp(Math.Min(regions[i].LogAgainst(bound), 600)));
        return Math.Log(1 + missing / shares[region]) - Math.Log(alpha);
    }
}
