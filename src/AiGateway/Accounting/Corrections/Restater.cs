using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Lines;
using AiGateway.Accounting.Reports;

namespace AiGateway.Accounting.Corrections;

/// <summary>Prices calls of the ledger anew and restates those that cost something else. Rows stay as they are; both figures are kept.</summary>
/// <remarks>
/// (1) Rows are read in pieces, so that the gateway's appends never wait long. (2) A call whose sum differs from what it counts
/// as now is staged with what that changes in the sums: at its own hour while its month is open, else as an adjustment of the
/// first open month. (3) The entry makes all of it count at once. What is priced the same is passed over, so that a second run does nothing.
/// </remarks>
internal sealed class Restater(ICorrectionStore store, LedgerLinePricer prices, TimeProvider clock)
{
    /// <summary>Restates, or says what that would do.</summary>
    /// <exception cref="LedgerStoreException">The store cannot be read or written; what was staged does not count.</exception>
    public RestatementEffect Run(RestatementOrder order, bool isDryRun)
    {
        var closing = store.All().LastOrDefault(static entry => entry.Kind == CorrectionKind.Closing);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var effect = new RestatementEffect { Removed = store.Removed(order.From, order.To), BookedAt = closing?.BookedAt(now) };
        var (staged, lines, sums) = (new RestatementSums(), new List<RestatedLine>(), new AdjustmentSums());

        // :: Step 1: The rows, in pieces
        foreach (var piece in store.Read(order.From, order.To))
        {
            foreach (var booked in piece)
            {
                Price(order, booked, closing, effect, staged, lines, sums);
            }

            // :: Step 2: What differs
            if (!isDryRun && lines.Count > 0)
            {
                store.Stage(lines, sums);
            }
            lines.Clear();
            sums.Clear();
        }

        // :: Step 3: It counts
        if (!isDryRun && staged.Changed > 0)
        {
            effect.Entry = store.Add(new Correction
            {
                Kind = CorrectionKind.Restatement,
                At = now,
                By = order.By,
                Reason = order.Reason,
                Subject = order.Subject,
                From = order.From,
                To = order.To,
                Prices = order.Prices,
                Lines = staged.Changed,
                CostBefore = staged.Before,
                CostAfter = staged.After,
                UnpricedBefore = staged.UnpricedBefore,
            });
        }
        return effect;
    }

    private void Price(
        RestatementOrder order, BookedRequest booked, Correction? closing, RestatementEffect effect, RestatementSums staged, List<RestatedLine> lines, AdjustmentSums sums)
    {
        var request = booked.Request;
        for (var i = 0; i < request.Lines.Length; i++)
        {
            if (!order.Covers(request.Lines[i]) || booked.Costs[i] is not { } before)
            {
                continue;
            }
            var cost = prices.Price(request, request.Lines[i], out var reason);
            if (cost?.Total is null && before.Total is not null)
            {
                effect.Leave(reason ?? "no price now");
                cost = before;
            }
            effect.Add(request, request.Lines[i], before.Total, (cost ?? before).Total);
            if (cost is null || cost.Total == before.Total)
            {
                continue;
            }
            var line = new RestatedLine(booked.Node, booked.Number, request.Id, i, before, cost);
            lines.Add(line);
            staged.Add(before.Total, cost.Total);
            sums.Add(HourOf(request, closing, line, effect), Hour(request.At), request, request.Lines[i], line);
        }
    }

    /// <summary>The hour in which a change counts: the call's own, or, where that is closed, one of the first open month.</summary>
    private static long HourOf(LedgerRequest request, Correction? closing, RestatedLine line, RestatementEffect effect)
    {
        if (closing is null || request.At >= closing.To)
        {
            return Hour(request.At);
        }
        effect.Closed++;
        effect.ClosedChange += (line.After.Total ?? 0) - (line.Before.Total ?? 0);
        return effect.BookedAt!.Value.ToUnixTimeMilliseconds();
    }

    private static long Hour(DateTimeOffset time) => LedgerHours.Of(time.ToUnixTimeMilliseconds());
}
