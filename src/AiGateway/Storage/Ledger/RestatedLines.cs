using AiGateway.Accounting.Corrections;
using AiGateway.Pipeline;

namespace AiGateway.Storage.Ledger;

/// <summary>Writes and reads the calls of restatements.</summary>
internal sealed class RestatedLines(LedgerFile file) : IDisposable
{
    private const string Columns = """
        number, line, request, cost_before, unpriced_before, price_period_before, price_set_before,
          cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, unpriced, price_period, price_set
        """;

    private readonly Statement _insert = file.Prepare($"INSERT INTO restated_lines ({Columns}, correction) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
    private readonly Statement _select = file.Prepare($"SELECT {Columns} FROM restated_lines WHERE correction = ?1 AND number > ?2 AND number <= ?3 ORDER BY number, line");

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
            yield return new RestatedLine(
                _select.Number(0), _select.Text(2), (int)_select.Number(1),
                new Cost(Amount(3), _select.OptionalText(4)) { PricePeriod = Time(5), PriceSet = _select.OptionalText(6) },
                new Cost(Amount(7), _select.OptionalText(13))
                {
                    Input = Amount(8) ?? 0,
                    CachedInput = Amount(9) ?? 0,
                    CacheWrite = Amount(10) ?? 0,
                    Output = Amount(11) ?? 0,
                    Other = Amount(12) ?? 0,
                    PricePeriod = Time(14),
                    PriceSet = _select.OptionalText(15),
                });
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _select.Dispose();
    }

    private decimal? Amount(int column) => _select.OptionalText(column) is { } text ? RollupRow.Amount(text) : null;

    private DateTimeOffset? Time(int column) => _select.OptionalNumber(column) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
