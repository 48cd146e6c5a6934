using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Storage.Ledger;

/// <summary>The columns of a call, in the order in which they are selected from <c>lines</c>, alone or joined.</summary>
internal static class LineRow
{
    /// <summary>The columns' names.</summary>
    public const string Columns = """
        lines.kind, lines.deployment, lines.provider, lines.model, lines.upstream_model, lines.response_model, lines.service_tier, lines.dialect,
        lines.outcome, lines.status, lines.started_us, lines.duration_us, lines.estimated, lines.input, lines.cached_input, lines.cache_write,
        lines.output, lines.reasoning, lines.units, lines.cost, lines.cost_input, lines.cost_cached_input, lines.cost_cache_write, lines.cost_output,
        lines.cost_other, lines.cost_reported, lines.unpriced, lines.price_period, lines.price_set
        """;

    /// <summary>Reads the columns from <paramref name="first"/> on.</summary>
    /// <exception cref="InvalidDataException">A value is none of its column's.</exception>
    public static LedgerLine Read(ILedgerRow row, int first) => new()
    {
        Kind = LedgerWords.KindOf(row.Text(first)),
        Deployment = row.Text(first + 1),
        Provider = row.Text(first + 2),
        Model = row.Text(first + 3),
        UpstreamModel = row.Text(first + 4),
        ResponseModel = row.OptionalText(first + 5),
        ServiceTier = row.OptionalText(first + 6),
        Dialect = row.Text(first + 7),
        Outcome = row.Text(first + 8),
        Status = (int)row.Number(first + 9),
        StartedMicroseconds = row.Number(first + 10),
        DurationMicroseconds = row.Number(first + 11),
        Usage = row.IsNull(first + 12) ? null : UsageUnits.Parse(row.OptionalText(first + 18), new Usage
        {
            Estimated = row.Number(first + 12) != 0,
            InputTokens = row.Number(first + 13),
            CachedInputTokens = row.Number(first + 14),
            CacheWriteTokens = row.Number(first + 15),
            OutputTokens = row.Number(first + 16),
            ReasoningTokens = row.Number(first + 17),
            ReportedCost = row.OptionalAmount(first + 25),
        }),
        Cost = row.IsNull(first + 20) ? null : new Cost(row.OptionalAmount(first + 19), row.OptionalText(first + 26))
        {
            Input = row.OptionalAmount(first + 20) ?? 0,
            CachedInput = row.OptionalAmount(first + 21) ?? 0,
            CacheWrite = row.OptionalAmount(first + 22) ?? 0,
            Output = row.OptionalAmount(first + 23) ?? 0,
            Other = row.OptionalAmount(first + 24) ?? 0,
            Reported = row.OptionalAmount(first + 25),
            PricePeriod = row.OptionalNumber(first + 27) is { } period ? DateTimeOffset.FromUnixTimeMilliseconds(period) : null,
            PriceSet = row.OptionalText(first + 28),
        },
    };
}
