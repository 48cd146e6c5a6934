using AiGateway.Accounting.Corrections;

namespace AiGateway.Storage.Ledger;

/// <summary>The columns of an entry of corrections, in the order in which they are selected and inserted.</summary>
internal static class CorrectionRow
{
    /// <summary>The columns' names.</summary>
    public const string Columns =
        "place, kind, at, made_by, reason, subject, from_at, to_at, zone, open_until, prices, lines, cost_before, cost_after, unpriced_before, lines_hash, hash";

    /// <summary>Reads the columns, which are the first.</summary>
    /// <exception cref="InvalidDataException">A value is none of its column's.</exception>
    public static Correction Read(ILedgerRow row) => new()
    {
        Place = row.Number(0),
        Kind = CorrectionWords.KindOf(row.Text(1)),
        At = Time(row.Number(2)),
        By = row.Text(3),
        Reason = row.OptionalText(4),
        Subject = row.Text(5),
        From = Time(row.Number(6)),
        To = Time(row.Number(7)),
        Zone = row.OptionalText(8),
        OpenUntil = row.OptionalNumber(9) is { } until ? Time(until) : null,
        Prices = row.OptionalText(10),
        Lines = row.Number(11),
        CostBefore = row.OptionalAmount(12) ?? 0,
        CostAfter = row.OptionalAmount(13) ?? 0,
        UnpricedBefore = row.Number(14),
        LinesHash = row.Bytes(15).ToArray(),
        Hash = row.Bytes(16).ToArray(),
    };

    private static DateTimeOffset Time(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
}
