using System.Globalization;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Says of each row why ledger and invoice likely differ. The first that fits, in the order of the code, which docs/features/finance-exports.md repeats.</summary>
internal static class ReconciliationCauses
{
    // Of the difference of a day, what its neighbour may leave over.
    private const decimal LeftOver = 0.1m;

    // Providers count a few tokens more or less than they report in answers.
    private const decimal SameTokens = 0.001m;

    private const decimal Million = 1_000_000;
    private const int PriceDecimals = 4;

    private static readonly string[] Words = ["equal", "rounding", "unpriced", "estimated", "outside the gateway", "price differs", "day boundary", "not invoiced", "no model", "unknown"];

    /// <summary>The word of a cause.</summary>
    public static string WordOf(ReconciliationCause cause) => Words[(int)cause];

    /// <summary>Writes cause and note of every row.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="tolerance">The largest difference that counts as rounding, in USD.</param>
    public static void Find(IReadOnlyList<ReconciliationRow> rows, decimal tolerance)
    {
        foreach (var row in rows)
        {
            (row.Cause, row.Note) = CauseOf(row, tolerance);
        }
        foreach (var model in rows.GroupBy(static row => row.Model))
        {
            var days = model.OrderBy(static row => row.Day).ToList();
            for (var i = 0; i + 1 < days.Count; i++)
            {
                if (AreNeighbours(days[i], days[i + 1], tolerance))
                {
                    (days[i].Cause, days[i].Note) = (ReconciliationCause.DayBoundary, "the day after makes up for it: --tz says where the invoice's days begin");
                    (days[i + 1].Cause, days[i + 1].Note) = (ReconciliationCause.DayBoundary, "the day before makes up for it: --tz says where the invoice's days begin");
                    i++;
                }
            }
        }
    }

    private static bool AreNeighbours(ReconciliationRow day, ReconciliationRow next, decimal tolerance)
    {
        var (first, second) = (day.Difference, next.Difference);
        return next.Day == day.Day.AddDays(1) && day.Unpriced == 0 && next.Unpriced == 0 && Math.Sign(first) * Math.Sign(second) < 0
            && Math.Abs(first) > tolerance && Math.Abs(second) > tolerance
            && Math.Abs(first + second) <= Math.Max(tolerance, LeftOver * Math.Max(Math.Abs(first), Math.Abs(second)));
    }

    private static (ReconciliationCause Cause, string Note) CauseOf(ReconciliationRow row, decimal tolerance)
    {
        var difference = row.Difference;
        if (difference == 0 && row.Unpriced == 0)
        {
            return (ReconciliationCause.Equal, "");
        }
        if (Math.Abs(difference) <= tolerance)
        {
            return row.Unpriced > 0 ? Unpriced(row) : (ReconciliationCause.Rounding, "");
        }
        if (row.IsOfNoModel)
        {
            return (ReconciliationCause.NoModel, "the ledger has such fees in the cost of the models that caused them");
        }
        if (row.Ledger is null)
        {
            return (ReconciliationCause.OutsideTheGateway, "the ledger has no call of it on this day");
        }
        if (row.Invoice is null)
        {
            return (ReconciliationCause.NotInvoiced, "not yet on the invoice, on another account's, or under another name (--map)");
        }
        return row.InvoiceTokens is { } tokens ? ByTokens(row, tokens) : WithoutTokens(row);
    }

    private static (ReconciliationCause Cause, string Note) ByTokens(ReconciliationRow row, decimal tokens)
    {
        var more = tokens - row.LedgerTokens;
        if (Math.Abs(more) <= SameTokens * Math.Max(tokens, row.LedgerTokens))
        {
            return row.Unpriced > 0 ? Unpriced(row) : (ReconciliationCause.PriceDiffers, PricesOf(row, tokens));
        }
        if (row.Estimated > 0)
        {
            return (ReconciliationCause.Estimated, Invariant($"{row.Estimated} of {row.Calls} calls; the invoice has {Math.Abs(more)} tokens {(more > 0 ? "more" : "fewer")}"));
        }
        return more > 0
            ? (ReconciliationCause.OutsideTheGateway, Invariant($"the invoice has {more} tokens more than the ledger saw"))
            : (ReconciliationCause.NotInvoiced, Invariant($"the invoice has {-more} tokens fewer"));
    }

    private static (ReconciliationCause Cause, string Note) WithoutTokens(ReconciliationRow row) =>
        row.Unpriced > 0 && row.Difference > 0 ? Unpriced(row)
        : row.Estimated > 0 ? (ReconciliationCause.Estimated, Invariant($"{row.Estimated} of {row.Calls} calls"))
        : (ReconciliationCause.Unknown, "add the provider's usage export (--file): tokens tell other keys from other prices");

    private static (ReconciliationCause Cause, string Note) Unpriced(ReconciliationRow row) =>
        (ReconciliationCause.Unpriced, Invariant($"{row.Unpriced} of {row.Calls} calls, {row.UnpricedTokens} tokens"));

    private static string PricesOf(ReconciliationRow row, decimal tokens) => tokens == 0 || row.LedgerTokens == 0 ? "the same tokens"
        : $"the same tokens; USD per million: invoice {Price(row.Invoice!.Value / tokens)}, ledger {Price(row.Ledger!.Value / row.LedgerTokens)}";

    private static string Price(decimal each) => UsdText.Format(decimal.Round(each * Million, PriceDecimals));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
