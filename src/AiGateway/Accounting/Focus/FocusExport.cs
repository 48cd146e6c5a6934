using System.Globalization;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Focus;

/// <summary>Makes the lines of one day from the ledger's rows, and checks them against its sums.</summary>
internal static class FocusExport
{
    /// <summary>The most lines of a day that are held in memory.</summary>
    public const int MostLines = 1_000_000;

    /// <summary>The lines of a day, in a fixed order. Their amounts sum to what the ledger says of the day, restatements and what is booked for closed months included, to the last digit.</summary>
    /// <param name="reader">The ledger.</param>
    /// <param name="day">The day's beginning, UTC.</param>
    /// <param name="options">How it is made.</param>
    /// <exception cref="LedgerStoreException">The ledger cannot be read, has no rows of that day any more, contradicts itself, or the day has too many lines.</exception>
    public static IReadOnlyList<FocusLine> Make(ILedgerReader reader, DateTimeOffset day, FocusOptions options)
    {
        var changes = new FocusChanges(reader, day, options.Period);
        var recorded = changes.Recorded();
        var lines = new Dictionary<FocusKey, FocusLine>();
        var tags = new FocusTags(options.Tags);
        var parts = new List<FocusPart>();
        try
        {
            reader.Read(day, call => Add(call, options, tags, parts, lines));
        }
        catch (InvalidDataException e)
        {
            throw new LedgerStoreException(e.Message, e);
        }
        List<FocusLine> all = [.. lines.Values];
        var (rows, sum) = (SumOf(all), SumOf(recorded));
        if (rows != sum)
        {
            var elsewhere = changes.BookedElsewhere(all, recorded).ToList();
            // What was appended meanwhile is in one of the two.
            if (elsewhere.Count == 0 && sum == SumOf(changes.Recorded()))
            {
                throw new LedgerStoreException($"The rows of {Name(day)} sum to {UsdText.Format(rows)} USD, and the ledger's sums say {UsdText.Format(sum)}. Nothing was written. 'AiGateway ledger verify' says whether it was changed.");
            }
            all.AddRange(elsewhere);
        }
        all.AddRange(changes.Restatements(recorded));
        all.AddRange(changes.Corrections());
        return [.. all.OrderBy(static line => line.Key.Start).ThenBy(static line => Order(line.Key), StringComparer.Ordinal)];
    }

    /// <summary>A day as files and messages name it.</summary>
    public static string Name(DateTimeOffset day) => day.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static decimal SumOf(IEnumerable<FocusLine> lines) => lines.Sum(static line => line.Amount);

    private static decimal SumOf(IEnumerable<LedgerGroup> groups) => groups.Sum(static group => group.Sums.Cost);

    private static void Add(LedgerCall call, FocusOptions options, FocusTags tags, List<FocusPart> parts, Dictionary<FocusKey, FocusLine> lines)
    {
        var line = call.Line;
        parts.Clear();
        FocusParts.Of(line, parts);
        if (parts.Count == 0)
        {
            return;
        }
        options.List?.AddTo(call, parts);
        var start = new DateTimeOffset(call.At.UtcTicks - (call.At.UtcTicks % options.Period.Ticks), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var key = new FocusKey(
            start, call.Organisation ?? "", call.Team ?? "", call.Project ?? "", call.Caller, tags.Of(call.Tags), call.Alias ?? "", line.Provider, line.Deployment, line.Model,
            line.Kind, line.Cost?.PriceSet ?? "", line.Usage?.Detail?.Region ?? "", "", null, FocusStatus.Priced, line.Usage is { Estimated: true } || line.Cost is { IsEstimated: true }, line.Cost?.Unpriced ?? "");
        foreach (var part in parts)
        {
            var own = key with { Class = part.Class, UnitPrice = part.UnitPrice, ListUnitPrice = part.ListUnitPrice, Status = part.Status };
            if (!lines.TryGetValue(own, out var group))
            {
                lines[own] = group = lines.Count < MostLines ? new FocusLine(own, options.Period) : throw new LedgerStoreException(
                    $"{Name(call.At)} has more than {MostLines} lines. Name the tags that matter (tags=…; tags that differ in each request make a line of each), or take by=day.");
            }
            group.Add(part);
        }
    }

    private static string Order(in FocusKey key) => string.Join(
        '\u001f', key.Provider, key.Model, key.Deployment, key.Organisation, key.Team, key.Project, key.Caller, key.Alias, key.Tags, key.PriceSet, key.Class,
        ((int)key.Status).ToString(CultureInfo.InvariantCulture), key.UnitPrice is { } price ? UsdText.Format(price) : "", key.ListUnitPrice is { } listed ? UsdText.Format(listed) : "", key.Region, key.IsEstimated ? "1" : "0", LedgerWords.Of(key.Kind), key.Note);
}
