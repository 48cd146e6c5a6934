using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality.Reports;

/// <summary>What one way to decide came to on the whole workload.</summary>
/// <param name="Name">For people.</param>
/// <param name="Bound">The bound it was given; null for fixed thresholds, which know none.</param>
/// <param name="Counts">What it did.</param>
/// <param name="Times">How long a look-up takes.</param>
internal sealed record QualityRow(string Name, decimal? Bound, ReplayResult Counts, LookupTimes Times)
{
    internal double HitRate => (double)Counts.Served / Counts.Requests;

    internal double CheckRate => (double)Counts.Checks / Counts.Requests;

    internal double ExtraCallRate => (double)Counts.ExtraCalls / Counts.Requests;

    internal double WrongShare => Counts.Served == 0 ? 0 : (double)Counts.Wrong / Counts.Served;

    /// <summary>95 %, exact.</summary>
    internal (double Low, double High) WrongInterval => ProportionInterval.Exact(Counts.Wrong, Counts.Served);
}
