using AiGateway.Accounting.Corrections;
using AiGateway.Pipeline;

namespace AiGateway.Storage.Ledger;

/// <summary>The columns of a restated call, in the order in which they are selected and inserted.</summary>
internal static class RestatedRow
{
    /// <summary>The columns' names.</summary>
    public const string Columns = """
        number, line, request, cost_before, unpriced_before, price_period_before, price_set_before,
          cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, unpriced, price_period, price_set
        """;

    /// <summary>How many there are.</summary>
    public const int Count = 16;

    /// <summary>Reads the columns, which are the first.</summary>
    /// <param name="row">The row.</param>
    /// <param name="node">Number of the node that appended the request; 0 in a store of one node.</param>
    /// <exception cref="InvalidDataException">A value is none of its column's.</exception>
    public static RestatedLine Read(ILedgerRow row, int node) => new(
        node, row.Number(0), row.Text(2), (int)row.Number(1),
        new Cost(row.OptionalAmount(3), row.OptionalText(4)) { PricePeriod = Time(row, 5), PriceSet = row.OptionalText(6) },
        new Cost(row.OptionalAmount(7), row.OptionalText(13))
        {
            Input = row.OptionalAmount(8) ?? 0,
            CachedInput = row.OptionalAmount(9) ?? 0,
            CacheWrite = row.OptionalAmount(10) ?? 0,
            Output = row.OptionalAmount(11) ?? 0,
            Other = row.OptionalAmount(12) ?? 0,
            PricePeriod = Time(row, 14),
            PriceSet = row.OptionalText(15),
        });

    private static DateTimeOffset? Time(ILedgerRow row, int column) => row.OptionalNumber(column) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
