using System.Globalization;
using System.Text;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;

namespace AiGateway.Cli;

/// <summary>What restatements do and who made which corrections, for people.</summary>
internal static class CorrectionReports
{
    /// <summary>The effect of new prices by team and model, the greatest change first; then the sum of all, and what was left out.</summary>
    public static string Write(RestatementEffect effect)
    {
        var text = new StringBuilder();
        AppendGroups(text, effect.Groups.Select(static group => (Name: $"{(group.Key.Team.Length == 0 ? "-" : group.Key.Team)}  {group.Key.Provider}/{group.Key.Model}", group.Value)));
        AppendRest(text, effect);
        if (effect.Closed > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{effect.Closed} of them are of closed months, whose figures stand: {Signed(effect.ClosedChange)} USD is an adjustment on {effect.BookedAt:yyyy-MM-dd}.");
        }
        return text.ToString();
    }

    /// <summary>The effect of new prices by model, as above.</summary>
    public static string WriteByModel(RestatementEffect effect)
    {
        var models = new Dictionary<string, RestatementSums>(StringComparer.Ordinal);
        foreach (var ((_, provider, model), sums) in effect.Groups)
        {
            var name = $"{provider}/{model}";
            if (!models.TryGetValue(name, out var all))
            {
                models[name] = all = new RestatementSums();
            }
            all.Add(sums);
        }
        var text = new StringBuilder();
        AppendGroups(text, models.Select(static model => (model.Key, model.Value)));
        AppendRest(text, effect);
        return text.ToString();
    }

    private static void AppendGroups(StringBuilder text, IEnumerable<(string Name, RestatementSums Sums)> groups)
    {
        foreach (var (name, sums) in groups
            .Where(static group => group.Sums.Changed > 0)
            .OrderByDescending(static group => Math.Abs(group.Sums.After - group.Sums.Before)).ThenBy(static group => group.Name, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"    {Plain(name)}: {Write(sums)}");
        }
    }

    private static void AppendRest(StringBuilder text, RestatementEffect effect)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"    all: {Write(effect.Total)}");
        foreach (var (reason, calls) in effect.Left)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{calls} calls stay as they are: {reason}.");
        }
        if (effect.Removed > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{effect.Removed} requests of the period's days were removed by retention and stay as they were recorded.");
        }
    }

    /// <summary>One line for an entry.</summary>
    public static string Write(Correction entry) => entry.Kind == CorrectionKind.Closing
        ? string.Create(CultureInfo.InvariantCulture, $"{entry.Place}  {ReportColumns.Time(entry.At)}  {Plain(entry.By)}  closed {entry.Subject} ({entry.Zone}): everything before {ReportColumns.Time(entry.To)}{Because(entry)}")
        : string.Create(CultureInfo.InvariantCulture, $"{entry.Place}  {ReportColumns.Time(entry.At)}  {Plain(entry.By)}  restated {entry.Lines} calls of {Plain(entry.Subject)} from {ReportColumns.Time(entry.From)} to {ReportColumns.Time(entry.To)}: {UsdText.Format(entry.CostBefore)} -> {UsdText.Format(entry.CostAfter)} USD{Because(entry)}, by {Plain(entry.Prices ?? "")}");

    private static string Because(Correction entry) => entry.Reason is null ? "" : $" ({Plain(entry.Reason)})";

    private static string Write(RestatementSums sums) => string.Create(
        CultureInfo.InvariantCulture,
        $"{UsdText.Format(sums.Before)} -> {UsdText.Format(sums.After)} ({Signed(sums.After - sums.Before)}), {sums.Changed} of {sums.Calls} calls{(sums.UnpricedBefore + sums.UnpricedAfter > 0 ? $", unpriced {sums.UnpricedBefore} -> {sums.UnpricedAfter}" : "")}");

    private static string Signed(decimal amount) => (amount > 0 ? "+" : "") + UsdText.Format(amount);

    // A terminal obeys control characters.
    private static string Plain(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)) : text;
}
