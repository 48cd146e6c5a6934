using AiGateway.Accounting.Reports;

namespace AiGateway.Accounting.Corrections;

/// <summary>One entry of the ledger's corrections: who closed or restated what, when and why. Entries are chained and never changed.</summary>
internal sealed record Correction
{
    /// <summary>Its place among all entries, from 1; that of a restatement is its number. 0 until it is added.</summary>
    public long Place { get; init; }

    /// <summary>What it says.</summary>
    public required CorrectionKind Kind { get; init; }

    /// <summary>When it was made; UTC, whole milliseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who made it.</summary>
    public required string By { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>What it is about: the closed month (<c>2026-10</c>), or what the restated calls have in common (<c>model=gpt-5-mini</c>).</summary>
    public required string Subject { get; init; }

    /// <summary>A closing's month begins here; a restatement's calls are from here on.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Where it ends, not included. Everything before the end of a closed month is closed.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Of a closing: where its month begins and ends, an IANA name; null for restatements.</summary>
    public string? Zone { get; init; }

    /// <summary>Of a closing: the end of the month after it, which takes adjustments; null for restatements.</summary>
    public DateTimeOffset? OpenUntil { get; init; }

    /// <summary>Of a restatement: which prices were used; null for closings.</summary>
    public string? Prices { get; init; }

    /// <summary>How many calls were restated.</summary>
    public long Lines { get; init; }

    /// <summary>What they counted as before, in USD; those without a price as nothing.</summary>
    public decimal CostBefore { get; init; }

    /// <summary>What they count as since, in USD.</summary>
    public decimal CostAfter { get; init; }

    /// <summary>How many of them had no price before.</summary>
    public long UnpricedBefore { get; init; }

    /// <summary>Last hash of the chain over its calls; empty for closings.</summary>
    public byte[] LinesHash { get; init; } = [];

    /// <summary>The entry's own hash in the chain of entries; empty until it is added.</summary>
    public byte[] Hash { get; init; } = [];

    /// <summary>The hour in which something of a closed month is booked that is found out at <paramref name="now"/>: now, but at most the last hour of the first open month.</summary>
    public DateTimeOffset BookedAt(DateTimeOffset now)
    {
        var hour = LedgerHours.Of(now);
        var last = (OpenUntil ?? hour).AddHours(-1);
        // A clock that was set back into the closed month must not write there either.
        return hour < To ? To : hour < last ? hour : last;
    }
}
