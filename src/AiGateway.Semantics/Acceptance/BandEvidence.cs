namespace AiGateway.Semantics.Acceptance;

/// <summary>For each band: would-be hits seen, how many of them were checked, and how many of those were wrong.</summary>
/// <remarks>Not for many threads.</remarks>
internal sealed class BandEvidence
{
    /// <summary>Checks that a band's own ratio of hits to checks is averaged with, so that a band with few does not get a wild weight.</summary>
    private const double Shrinkage = 20;

    internal long[] Hits { get; } = new long[RiskBands.Count];
    internal long[] Checked { get; } = new long[RiskBands.Count];
    internal long[] Wrong { get; } = new long[RiskBands.Count];

    internal void Add(int band, bool wrong)
    {
        Checked[band]++;
        if (wrong)
            Wrong[band]++;
    }

    internal void Clear()
    {
        Array.Clear(Hits);
        Array.Clear(Checked);
        Array.Clear(Wrong);
    }

    /// <summary>Hits, checks and wrong ones, one band after the other.</summary>
    internal long[] Save() => [.. Hits, .. Checked, .. Wrong];

    /// <summary>Takes what <see cref="Save"/> gave.</summary>
    internal void Restore(ReadOnlySpan<long> saved)
    {
        var count = RiskBands.Count;
        saved[..count].CopyTo(Hits);
        saved.Slice(count, count).CopyTo(Checked);
        saved[(2 * count)..].CopyTo(Wrong);
    }

    /// <summary>Whether <see cref="Save"/> could have given this: no more wrong than checked, none negative.</summary>
    internal static bool IsSound(long[] saved)
    {
        var count = RiskBands.Count;
        if (saved.Length != 3 * count || Array.Exists(saved, n => n < 0))
            return false;
        for (var band = 0; band < count; band++)
            if (saved[2 * count + band] > saved[count + band])
                return false;
        return true;
    }

    /// <summary>Sums up two stretches of evidence for the would-be hits up to and including a band.</summary>
    /// <remarks>
    /// Bands are checked at different rates (all of what is not served, few of what is), so each check counts for the hits it
    /// stands for: ω = hits / checks of its band. Which hits are checked is drawn without looking at the answers.
    /// </remarks>
    internal static RegionEvidence Region(BandEvidence older, BandEvidence newer, int lastBand)
    {
        Span<double> weights = stackalloc double[lastBand + 1];
        Span<long> checks = stackalloc long[lastBand + 1];
        Span<long> wrong = stackalloc long[lastBand + 1];
        double allHits = 0, allChecks = 0;
        for (var band = 0; band <= lastBand; band++)
        {
            checks[band] = older.Checked[band] + newer.Checked[band];
            wrong[band] = older.Wrong[band] + newer.Wrong[band];
            allHits += older.Hits[band] + newer.Hits[band];
            allChecks += checks[band];
        }
        for (var band = 0; band <= lastBand && allChecks > 0; band++)
            weights[band] = (older.Hits[band] + newer.Hits[band] + Shrinkage * allHits / allChecks) / (checks[band] + Shrinkage);
        return RegionEvidence.Of(weights, checks, wrong);
    }

    /// <summary>Checks in the bands up to and including one.</summary>
    internal long ChecksUpTo(int lastBand)
    {
        long sum = 0;
        for (var band = 0; band <= lastBand; band++)
            sum += Checked[band];
        return sum;
    }
}
