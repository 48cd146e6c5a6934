using System.Globalization;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Accounting.Focus;

/// <summary>What a day's sums say beyond its rows: restatements, and what is booked in it for closed months or elsewhere for it.</summary>
/// <param name="reader">The ledger.</param>
/// <param name="day">The day's beginning, UTC.</param>
/// <param name="period">How long the period of a line is.</param>
internal sealed class FocusChanges(ILedgerReader reader, DateTimeOffset day, TimeSpan period)
{
    private static readonly LedgerDimension[] Dimensions =
    [
        LedgerDimension.Organisation, LedgerDimension.Team, LedgerDimension.Project, LedgerDimension.Caller, LedgerDimension.Alias,
        LedgerDimension.Provider, LedgerDimension.Deployment, LedgerDimension.Model, LedgerDimension.Kind,
    ];

    private readonly LedgerQuery _query = new()
    {
        From = day,
        To = day.AddDays(1),
        By = [period < TimeSpan.FromDays(1) ? LedgerDimension.Hour : LedgerDimension.Day, .. Dimensions],
    };

    /// <summary>The sums as they were recorded, without restatements.</summary>
    public IReadOnlyList<LedgerGroup> Recorded() => reader.Sum(_query with { AsOf = DateTimeOffset.MinValue });

    /// <summary>The lines of restatements of this day, while its month was open.</summary>
    public IEnumerable<FocusLine> Restatements(IReadOnlyList<LedgerGroup> recorded)
    {
        var changes = new Dictionary<FocusKey, decimal>();
        foreach (var group in reader.Sum(_query))
        {
            Add(changes, KeyOf(group.Keys, FocusStatus.Restated, "restatement"), group.Sums.Cost);
        }
        foreach (var group in recorded)
        {
            Add(changes, KeyOf(group.Keys, FocusStatus.Restated, "restatement"), -group.Sums.Cost);
        }
        return Lines(changes);
    }

    /// <summary>The lines of what is booked in this day for months that were closed before.</summary>
    public IEnumerable<FocusLine> Corrections()
    {
        var changes = new Dictionary<FocusKey, decimal>();
        foreach (var group in reader.Adjustments(_query))
        {
            Add(changes, KeyOf(group.Keys, FocusStatus.Corrected, $"{group.Keys[^1]} of {group.Keys[^2]}"), group.Sums.Cost);
        }
        return Lines(changes);
    }

    /// <summary>Where records of this day came after its month was closed: lines that take out what is booked elsewhere. None where nothing came late.</summary>
    /// <param name="lines">The lines of the day's rows.</param>
    /// <param name="recorded">The sums that were recorded.</param>
    public IEnumerable<FocusLine> BookedElsewhere(IEnumerable<FocusLine> lines, IReadOnlyList<LedgerGroup> recorded)
    {
        var month = day.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        if (!reader.Adjustments(new LedgerQuery { From = day, To = day.AddYears(100) }).Any(group => group.Keys[^1] == CorrectionWords.Late && group.Keys[^2] == month))
        {
            return [];
        }
        var changes = new Dictionary<FocusKey, decimal>();
        foreach (var group in recorded)
        {
            Add(changes, KeyOf(group.Keys, FocusStatus.Restated, "came late, booked in a later month"), group.Sums.Cost);
        }
        foreach (var line in lines)
        {
            var key = line.Key;
            Add(changes, Key(key.Start, key.Organisation, key.Team, key.Project, key.Caller, key.Alias, key.Provider, key.Deployment, key.Model, key.Kind, FocusStatus.Restated, "came late, booked in a later month"), -line.Amount);
        }
        return Lines(changes);
    }

    private static void Add(Dictionary<FocusKey, decimal> changes, in FocusKey key, decimal amount)
    {
        if (amount != 0)
        {
            changes[key] = changes.GetValueOrDefault(key) + amount;
        }
    }

    private IEnumerable<FocusLine> Lines(Dictionary<FocusKey, decimal> changes) => changes.Where(static change => change.Value != 0).Select(change =>
    {
        var line = new FocusLine(change.Key, period);
        line.Add(new FocusPart(change.Key.Class, 0, change.Value, null, change.Key.Status));
        return line;
    });

    // In the order of the query; more may stand after it.
    private static FocusKey KeyOf(IReadOnlyList<string> keys, FocusStatus status, string note) => Key(
        DateTimeOffset.Parse(keys[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds(),
        keys[1], keys[2], keys[3], keys[4], keys[5], keys[6], keys[7], keys[8], keys[9].Length == 0 ? LedgerCallKind.Answer : LedgerWords.KindOf(keys[9]), status, note);

    private static FocusKey Key(
        long start, string organisation, string team, string project, string caller, string alias, string provider, string deployment, string model, LedgerCallKind kind, FocusStatus status, string note) =>
        new(start, organisation, team, project, caller, "", alias, provider, deployment, model, kind, "", "", FocusParts.Correction, null, status, false, note);
}
