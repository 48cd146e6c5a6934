namespace AiGateway.Accounting.Reports;

/// <summary>A report, ready to be written.</summary>
internal sealed class Report
{
    /// <summary>What was asked.</summary>
    public required ReportQuery Query { get; init; }

    /// <summary>The groups of the page, the dearest first.</summary>
    public required IReadOnlyList<LedgerGroup> Rows { get; init; }

    /// <summary>How many groups there are on all pages.</summary>
    public required int Groups { get; init; }

    /// <summary>The sum of all groups.</summary>
    public required LedgerSums Total { get; init; }

    /// <summary>When the time begins that is compared with: the same part of the period before.</summary>
    public required DateTimeOffset PreviousFrom { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset PreviousTo { get; init; }

    /// <summary>Its sum.</summary>
    /// <remarks>Null where its days have no rate in the report's currency.</remarks>
    public required LedgerSums? PreviousTotal { get; init; }

    /// <summary>The rates that amounts were converted by, by the day they are of; empty for USD.</summary>
    public IReadOnlyDictionary<DateOnly, decimal> Rates { get; init; } = new Dictionary<DateOnly, decimal>();

    /// <summary>The groups whose cost has changed most, the greatest change first.</summary>
    public required IReadOnlyList<ReportMover> Movers { get; init; }

    /// <summary>Cost at the period's end if it goes on as until now; null when the period is over, or has not begun.</summary>
    public required decimal? Forecast { get; init; }

    /// <summary>Calls without a price, by provider and model.</summary>
    public required IReadOnlyList<LedgerGroup> Unpriced { get; init; }

    /// <summary>What is booked in the period for months that were closed before, with the month and the cause as the last two keys; in no cost above.</summary>
    public IReadOnlyList<LedgerGroup> Adjustments { get; init; } = [];
}
