using AiGateway.Pipeline;

namespace AiGateway.Accounting.Reports;

/// <summary>What is to be summed.</summary>
internal sealed record LedgerQuery
{
    /// <summary>From when on: a beginning of <see cref="LedgerHours"/>, else what begins after it counts.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when, not included; likewise.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Where days and months begin.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>What is summed apart; empty for one sum over all.</summary>
    public IReadOnlyList<LedgerDimension> By { get; init; } = [];

    /// <summary>What is summed at all: for each dimension the values that count. An empty text stands for none.</summary>
    public IReadOnlyDictionary<LedgerDimension, IReadOnlyList<string>> Where { get; init; } = new Dictionary<LedgerDimension, IReadOnlyList<string>>();

    /// <summary>Whether sums of these tags (<see cref="LabelText"/>) are wanted: the part of <see cref="Where"/> that no column answers.</summary>
    public bool TakesLabels(string labels)
    {
        foreach (var (dimension, wanted) in Where)
        {
            if (dimension.TagName is { } tag && !wanted.Contains(LabelText.ValueOf(labels, tag)))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Restatements after this time are left out; null: all count. <see cref="DateTimeOffset.MinValue"/>: none does, the figures are those that were recorded.</summary>
    public DateTimeOffset? AsOf { get; init; }
}
