using System.Globalization;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Compares the ledger with what a provider's exports say, by day and model.</summary>
internal static class Reconciler
{
    /// <summary>Stands for all models, where no line of the invoice names one.</summary>
    public const string EveryModel = "(all models)";

    private const string Usd = "USD";

    /// <summary>Compares.</summary>
    /// <param name="reader">The ledger.</param>
    /// <param name="files">The provider's files.</param>
    /// <param name="options">What is compared.</param>
    /// <exception cref="InvoiceException">The files cannot be compared with the ledger; the message has the way out.</exception>
    /// <exception cref="Ledger.LedgerStoreException">The ledger cannot be read.</exception>
    public static ReconciliationReport Compare(ILedgerReader reader, IReadOnlyList<InvoiceFile> files, ReconciliationOptions options)
    {
        var lines = files.SelectMany(static file => file.Lines).ToList();
        if (lines.Count == 0)
        {
            throw new InvoiceException(files.Any(static file => file.PassedOver > 0)
                ? $"None of the {files.Sum(static file => file.PassedOver)} lines is about models. Name the columns with --column to take every line."
                : "The files have no lines.");
        }
        if (lines.TrueForAll(static line => line.Amount is null))
        {
            throw new InvoiceException("The files have tokens and no amounts. Give the provider's costs too: --file costs.json --file usage.json.");
        }
        var (from, to) = (options.From ?? lines.Min(static line => line.Day), options.To ?? lines.Max(static line => line.Day).AddDays(1));
        var wanted = lines.FindAll(line => line.Day >= from && line.Day < to);
        var hasModels = wanted.Exists(static line => line.Model is not null && line.Amount is not null);
        var groups = Sums(reader, options, from, to);
        var match = new ModelMatch(
            [.. groups.Select(static group => group.Keys[1]).Distinct(StringComparer.Ordinal)], wanted.Select(static line => line.Model).OfType<string>().Distinct(StringComparer.Ordinal), options.Models);
        var rows = new Dictionary<(DateOnly, string), ReconciliationRow>();
        foreach (var group in groups)
        {
            AddLedger(RowOf(rows, DateOnly.ParseExact(group.Keys[0], "yyyy-MM-dd", CultureInfo.InvariantCulture), hasModels ? match.ForLedger(group.Keys[1]) : EveryModel), group.Sums);
        }
        foreach (var line in wanted)
        {
            var row = RowOf(rows, line.Day, !hasModels ? EveryModel : line.Model is null ? "(no model)" : match.ForInvoice(line.Model));
            row.IsOfNoModel |= hasModels && line.Model is null;
            AddInvoice(row, line, options);
        }
        var ordered = rows.Values.OrderBy(static row => row.Day).ThenBy(static row => row.Model, StringComparer.Ordinal).ToList();
        ReconciliationCauses.Find(ordered, options.Tolerance);
        return new ReconciliationReport { From = from, To = to, Rows = ordered, Notes = NotesOf(files, lines.Count - wanted.Count, groups.Count, reader, options) };
    }

    private static IReadOnlyList<LedgerGroup> Sums(ILedgerReader reader, ReconciliationOptions options, DateOnly from, DateOnly to) => reader.Sum(new LedgerQuery
    {
        From = PeriodWords.InstantOf(from.ToDateTime(TimeOnly.MinValue), options.Zone),
        To = PeriodWords.InstantOf(to.ToDateTime(TimeOnly.MinValue), options.Zone),
        Zone = options.Zone,
        By = [LedgerDimension.Day, LedgerDimension.Model],
        Where = options.Providers.Count == 0 ? new Dictionary<LedgerDimension, IReadOnlyList<string>>() : new Dictionary<LedgerDimension, IReadOnlyList<string>> { [LedgerDimension.Provider] = options.Providers },
    });

    private static ReconciliationRow RowOf(Dictionary<(DateOnly, string), ReconciliationRow> rows, DateOnly day, string model)
    {
        if (!rows.TryGetValue((day, model), out var row))
        {
            rows[(day, model)] = row = new ReconciliationRow { Day = day, Model = model };
        }
        return row;
    }

    private static void AddLedger(ReconciliationRow row, LedgerSums sums)
    {
        if (sums.Calls == 0)
        {
            // A request of which nothing was sent.
            return;
        }
        row.Ledger = (row.Ledger ?? 0) + sums.Cost;
        row.Calls += sums.Calls;
        row.Unpriced += sums.Unpriced;
        row.UnpricedTokens += sums.UnpricedTokens;
        row.Estimated += sums.Estimated;
        row.LedgerTokens += sums.Input + sums.Output;
    }

    private static void AddInvoice(ReconciliationRow row, InvoiceLine line, ReconciliationOptions options)
    {
        if (line.Amount is { } amount)
        {
            row.Invoice = (row.Invoice ?? 0) + (amount * RateOf(line, options));
        }
        if (line.InputTokens is not null || line.OutputTokens is not null)
        {
            row.InvoiceTokens = (row.InvoiceTokens ?? 0) + (line.InputTokens ?? 0) + (line.OutputTokens ?? 0);
        }
    }

    private static decimal RateOf(InvoiceLine line, ReconciliationOptions options)
    {
        var currency = line.Currency?.Trim().ToUpperInvariant() ?? Usd;
        return currency == Usd ? 1
            : options.Rates.TryGetValue(currency, out var rate) ? rate
            : throw new InvoiceException($"The invoice is in {(currency.Length <= 16 ? currency : currency[..16])} (line of {line.Day:yyyy-MM-dd}), and the ledger in USD. Say what one is worth: --rate {(currency.Length <= 16 ? currency : "EUR")}=1.08.");
    }

    private static List<string> NotesOf(IReadOnlyList<InvoiceFile> files, int outside, int groups, ILedgerReader reader, ReconciliationOptions options)
    {
        var notes = new List<string>();
        if (files.Any(static file => file.HasMore))
        {
            notes.Add("A file says that it has more pages (has_more): the invoice is not whole. Save all pages, one after the other.");
        }
        if (files.Sum(static file => file.PassedOver) is > 0 and var passed)
        {
            notes.Add($"{passed} lines are of other services and do not count.");
        }
        if (outside > 0)
        {
            notes.Add($"{outside} lines are outside the period and do not count.");
        }
        if (groups == 0 && options.Providers.Count > 0)
        {
            var known = reader.Sum(new LedgerQuery { From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch.AddYears(200), By = [LedgerDimension.Provider] })
                .Select(static group => group.Keys[0]).Where(static name => name.Length > 0).Order(StringComparer.Ordinal);
            notes.Add($"The ledger has nothing of {string.Join(", ", options.Providers)} in this period. It has of: {string.Join(", ", known)}.");
        }
        if (options.Rates.Count > 0)
        {
            notes.Add($"Converted: {string.Join(", ", options.Rates.Select(static rate => $"1 {rate.Key} = {UsdText.Format(rate.Value)} USD"))}.");
        }
        return notes;
    }
}
