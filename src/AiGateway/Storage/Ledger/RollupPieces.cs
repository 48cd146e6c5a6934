using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>Which sums a question is answered from: whole days from the table of days, what is left at the ends from that of hours.</summary>
internal static class RollupPieces
{
    private static readonly long EnoughForTwo = (long)TimeSpan.FromDays(4).TotalMilliseconds;

    /// <summary>The tables, with the times that are read of each (Unix milliseconds). Some may be empty.</summary>
    public static List<(string Table, long From, long To)> Of(LedgerQuery query)
    {
        var (from, to) = (query.From.ToUnixTimeMilliseconds(), query.To.ToUnixTimeMilliseconds());
        var needsHours = query.By.Contains(LedgerDimension.Hour) || (query.By.Any(LedgerDimensions.IsTime) && !query.Zone.Equals(TimeZoneInfo.Utc));
        var firstDay = ChainHeads.DayOf(from) == from ? from : ChainHeads.DayOf(from) + (long)TimeSpan.FromDays(1).TotalMilliseconds;
        var lastDay = ChainHeads.DayOf(to);
        if (needsHours || firstDay >= lastDay)
        {
            return [("hours", from, to)];
        }
        return [("hours", from, firstDay), ("days", firstDay, lastDay), ("hours", lastDay, to)];
    }

    /// <summary>The same for two readers: where many days are read hour by hour, each has half of them.</summary>
    /// <returns>Nothing for the second where one is enough.</returns>
    public static (List<(string Table, long From, long To)> First, List<(string Table, long From, long To)> Second) Halves(LedgerQuery query)
    {
        var pieces = Of(query);
        if (pieces is not [var (table, from, to)] || to - from < EnoughForTwo)
        {
            return (pieces, []);
        }
        var middle = ChainHeads.DayOf(from + ((to - from) / 2));
        return ([(table, from, middle)], [(table, middle, to)]);
    }
}
