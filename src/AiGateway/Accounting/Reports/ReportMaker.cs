namespace AiGateway.Accounting.Reports;

/// <summary>Makes reports of the ledger's sums.</summary>
internal static class ReportMaker
{
    private const int MostMovers = 10;
    private const int ForecastDecimals = 6;

    /// <summary>Makes a report.</summary>
    /// <param name="reader">The ledger.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="now">The time: a period may not be over.</param>
    /// <param name="rates">Rates of the query's currency; null for USD.</param>
    /// <exception cref="Ledger.LedgerStoreException">The ledger cannot be read.</exception>
    /// <exception cref="CurrencyException">A day of the period has no rate.</exception>
    public static Report Make(ILedgerReader reader, ReportQuery query, DateTimeOffset now, CurrencyRates? rates = null)
    {
        var sums = query.Sums;
        var ledger = new ConvertedLedger(reader, rates);
        var adjustments = ledger.Adjustments(sums);
        var groups = WithAdjustments(ledger.Sum(sums), adjustments, sums.By.Count);
        var (previousFrom, previousTo) = PreviousOf(sums, now);
        var previous = PreviousSums(reader, sums with { From = previousFrom, To = previousTo }, rates);
        var total = SumOf(groups);
        return new Report
        {
            Query = query,
            Rows = [.. Ordered(groups, sums).Skip(query.Offset).Take(query.Limit)],
            Groups = groups.Count,
            Total = total,
            PreviousFrom = previousFrom,
            PreviousTo = previousTo,
            Adjustments = [.. Ordered(adjustments, sums)],
            Rates = ledger.Used,
            PreviousTotal = previous is null ? null : SumOf(previous),
            // Periods have no days in common: what moved between days says nothing.
            Movers = previous is null || sums.By.Count == 0 || sums.By.Any(LedgerDimensions.IsTime) ? [] : MoversOf(groups, previous),
            Forecast = ForecastOf(total.Cost, sums, now),
            Unpriced = total.Unpriced == 0 ? []
                : [.. ledger.Sum(sums with { By = [LedgerDimension.Provider, LedgerDimension.Model] }).Where(static group => group.Sums.Unpriced > 0).OrderByDescending(static group => group.Sums.UnpricedTokens)],
        };
    }

    /// <summary>The sum of groups.</summary>
    public static LedgerSums SumOf(IEnumerable<LedgerGroup> groups)
    {
        var total = new LedgerSums();
        foreach (var group in groups)
        {
            total.Add(group.Sums);
        }
        return total;
    }

    // Rates may begin with the period that is asked for: then there is nothing to compare it with.
    private static IReadOnlyList<LedgerGroup>? PreviousSums(ILedgerReader reader, LedgerQuery query, CurrencyRates? rates)
    {
        try
        {
            return new ConvertedLedger(reader, rates).Sum(query);
        }
        catch (CurrencyException)
        {
            return null;
        }
    }

    /// <summary>The groups, each with what is booked in it for closed months; groups that have nothing else are added.</summary>
    private static IReadOnlyList<LedgerGroup> WithAdjustments(IReadOnlyList<LedgerGroup> groups, IReadOnlyList<LedgerGroup> adjustments, int dimensions)
    {
        if (adjustments.Count == 0)
        {
            return groups;
        }
        var all = groups.ToDictionary(static group => string.Join('\n', group.Keys), StringComparer.Ordinal);
        foreach (var adjustment in adjustments)
        {
            string[] keys = [.. adjustment.Keys.Take(dimensions)];
            var key = string.Join('\n', keys);
            if (!all.TryGetValue(key, out var group))
            {
                all[key] = group = new LedgerGroup(keys, new LedgerSums());
            }
            group.Sums.Adjustments += adjustment.Sums.Cost;
        }
        return [.. all.Values];
    }

    /// <summary>In order of time where that is asked for, and the dearest first.</summary>
    private static IEnumerable<LedgerGroup> Ordered(IReadOnlyList<LedgerGroup> groups, LedgerQuery query)
    {
        var times = Enumerable.Range(0, query.By.Count).Where(i => LedgerDimensions.IsTime(query.By[i])).ToArray();
        return groups.OrderBy(group => string.Join(' ', times.Select(i => group.Keys[i])), StringComparer.Ordinal)
            .ThenByDescending(static group => group.Sums.Cost).ThenByDescending(static group => group.Sums.Requests).ThenBy(static group => string.Join('\n', group.Keys), StringComparer.Ordinal);
    }

    /// <summary>The same part of the period before: of as many months where the period is of whole months, else of the same length.</summary>
    private static (DateTimeOffset From, DateTimeOffset To) PreviousOf(LedgerQuery query, DateTimeOffset now)
    {
        var (from, to) = (TimeZoneInfo.ConvertTime(query.From, query.Zone), TimeZoneInfo.ConvertTime(query.To, query.Zone));
        var months = IsMonth(from) && IsMonth(to) ? ((to.Year - from.Year) * 12) + to.Month - from.Month : 0;
        var before = months > 0 ? PeriodWords.InstantOf(from.DateTime.AddMonths(-months), query.Zone) : query.From - (query.To - query.From);
        var end = now < query.To && now > query.From ? before + FullHours(now - query.From) : query.From;
        return (before, end < query.From ? end : query.From);
    }

    private static bool IsMonth(DateTimeOffset time) => time.Day == 1 && time.TimeOfDay == TimeSpan.Zero;

    private static TimeSpan FullHours(TimeSpan time) => TimeSpan.FromHours(Math.Ceiling(time.TotalHours));

    private static decimal? ForecastOf(decimal cost, LedgerQuery query, DateTimeOffset now) => now > query.From && now < query.To
        ? decimal.Round(cost / (now - query.From).Ticks * (query.To - query.From).Ticks, ForecastDecimals) : null;

    private static List<ReportMover> MoversOf(IReadOnlyList<LedgerGroup> groups, IReadOnlyList<LedgerGroup> previous)
    {
        var costs = new Dictionary<string, ReportMover>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            costs[string.Join('\n', group.Keys)] = new ReportMover(group.Keys, group.Sums.Cost, 0);
        }
        foreach (var group in previous)
        {
            var key = string.Join('\n', group.Keys);
            costs[key] = costs.TryGetValue(key, out var now) ? now with { Before = group.Sums.Cost } : new ReportMover(group.Keys, 0, group.Sums.Cost);
        }
        return [.. costs.Values.Where(static mover => mover.Change != 0).OrderByDescending(static mover => Math.Abs(mover.Change)).ThenBy(static mover => string.Join('\n', mover.Keys), StringComparer.Ordinal).Take(MostMovers)];
    }
}
