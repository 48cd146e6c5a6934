using System.Globalization;

namespace AiGateway.Accounting.Reports;

/// <summary>Sums of the ledger in a report's currency: each day's amounts by that day's rate.</summary>
/// <param name="reader">The ledger.</param>
/// <param name="rates">The currency's rates; null for USD.</param>
internal sealed class ConvertedLedger(ILedgerReader reader, CurrencyRates? rates)
{
    private readonly SortedDictionary<DateOnly, decimal> _used = [];

    /// <summary>The rates that were used, by the day they are of.</summary>
    public IReadOnlyDictionary<DateOnly, decimal> Used => _used;

    /// <summary>As <see cref="ILedgerReader.Sum"/>.</summary>
    /// <exception cref="CurrencyException">A day has no rate.</exception>
    public IReadOnlyList<LedgerGroup> Sum(LedgerQuery query) => rates is null ? reader.Sum(query) : Convert(reader.Sum(ByDay(query)), query.By.Count);

    /// <summary>As <see cref="ILedgerReader.Adjustments"/>; by the rate of the day on which they are booked.</summary>
    /// <exception cref="CurrencyException">A day has no rate.</exception>
    public IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query) => rates is null ? reader.Adjustments(query) : Convert(reader.Adjustments(ByDay(query)), query.By.Count);

    private static LedgerQuery ByDay(LedgerQuery query) => query with { By = [.. query.By, LedgerDimension.Day] };

    /// <summary>Converts, and takes the day out of the keys.</summary>
    private List<LedgerGroup> Convert(IReadOnlyList<LedgerGroup> groups, int day)
    {
        var converted = new Dictionary<string, LedgerGroup>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var rate = rates!.On(DateOnly.ParseExact(group.Keys[day], "yyyy-MM-dd", CultureInfo.InvariantCulture), out var since);
            _used[since] = rate;
            group.Sums.Cost *= rate;
            group.Sums.Saved *= rate;
            string[] keys = [.. group.Keys.Take(day), .. group.Keys.Skip(day + 1)];
            var key = string.Join('\n', keys);
            if (!converted.TryGetValue(key, out var all))
            {
                converted[key] = all = new LedgerGroup(keys, new LedgerSums());
            }
            all.Sums.Add(group.Sums);
        }
        return [.. converted.Values];
    }
}
