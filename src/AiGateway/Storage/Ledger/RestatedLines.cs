using AiGateway.Accounting.Corrections;

namespace AiGateway.Storage.Ledger;

/// <summary>Writes and reads the calls of restatements.</summary>
internal sealed class RestatedLines(LedgerFile file) : IDisposable
{
    private readonly Statement _insert = file.Prepare($"INSERT INTO restated_lines ({RestatedRow.Columns}, correction) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
    private readonly Statement _select = file.Prepare($"SELECT {RestatedRow.Columns} FROM restated_lines WHERE correction = ?1 AND number > ?2 AND number <= ?3 ORDER BY number, line");

    /// <summary>Adds a call to a restatement.</summary>
    public void Add(long correction, RestatedLine line)
    {
        var (before, after) = (line.Before, line.After);
        _insert.Bind(1, line.Number).Bind(2, (long)line.Line).Bind(3, line.Request)
            .Bind(4, before.Total).Bind(5, before.Unpriced).Bind(6, before.PricePeriod?.ToUnixTimeMilliseconds()).Bind(7, before.PriceSet)
            .Bind(8, after.Total).Bind(9, after.Input).Bind(10, after.CachedInput).Bind(11, after.CacheWrite).Bind(12, after.Output).Bind(13, after.Other)
            .Bind(14, after.Unpriced).Bind(15, after.PricePeriod?.ToUnixTimeMilliseconds()).Bind(16, after.PriceSet).Bind(17, correction).Run();
    }

    /// <summary>The calls of a restatement by the numbers of their rows, in order.</summary>
    public IEnumerable<RestatedLine> Of(long correction, long after = 0, long until = long.MaxValue)
    {
        _select.Bind(1, correction).Bind(2, after).Bind(3, until);
        while (_select.Step())
        {
            yield return RestatedRow.Read(_select, node: 0);
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _select.Dispose();
    }
}
