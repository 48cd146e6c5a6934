using System.Globalization;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reconciliation;
using AiGateway.Accounting.Reports;

namespace AiGateway.Cli;

/// <summary><c>reconcile</c>: the ledger against a provider's own export of usage and costs.</summary>
internal sealed class ReconcileCommand(TextWriter output, TextWriter error, LedgerFinder ledgers, TimeProvider clock)
{
    public static readonly string[] Valued = ["data", "provider", "file", "from", "to", "tz", "format", "tolerance", "rate", "map", "column"];

    private static readonly string[] Formats = ["table", "csv", "json"];
    private static readonly string[] ColumnNames = ["day", "amount", "currency", "model", "meter", "quantity", "unit", "input_tokens", "output_tokens"];

    /// <summary>Writes the comparison.</summary>
    public async Task<int> RunAsync(Options options)
    {
        var (comparison, columns) = TryRead(options, out var problem);
        if (problem is not null)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Misuse;
        }
        using var place = await ledgers.FindAsync(options);
        if (place is null)
        {
            return ExitCode.Bad;
        }
        try
        {
            var files = options.Values("file").Select(file => InvoiceReader.Read(file, columns)).ToList();
            await WriteAsync(Reconciler.Compare(place.Reader(), files, comparison), options.Value("format") ?? Formats[0]);
            return ExitCode.Good;
        }
        catch (Exception e) when (e is InvoiceException or LedgerStoreException)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Bad;
        }
    }

    private async Task WriteAsync(ReconciliationReport report, string format)
    {
        switch (format)
        {
            case "csv":
                foreach (var line in ReconciliationText.Csv(report))
                {
                    await output.WriteAsync(line);
                }
                break;
            case "json":
                await output.WriteLineAsync(ReconciliationText.Json(report));
                break;
            default:
                await output.WriteAsync(ReconciliationText.Table(report));
                break;
        }
    }

    private (ReconciliationOptions Comparison, CsvShape? Columns) TryRead(Options options, out string? problem)
    {
        var zone = TimeZoneInfo.Utc;
        var standard = new ReconciliationOptions();
        var columns = TryReadColumns(options, out problem);
        var rates = Pairs(options, "rate", "EUR=1.08", ref problem);
        var models = Pairs(options, "map", "\"gpt-4o 0806 Inp glbl Tokens\"=prod-gpt", ref problem);
        if (!options.Values("file").Any())
        {
            problem ??= "'reconcile' needs '--file', what the provider's costs API or cost export gave. It may be given several times.";
        }
        if (options.Value("format") is { } format && !Formats.Contains(format))
        {
            problem ??= $"'--format' is '{format}'. Known: {string.Join(", ", Formats)}.";
        }
        if (options.Value("tz") is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone!))
        {
            problem ??= $"'--tz' is '{name}', which is no time zone. Write one of the IANA database, such as America/Los_Angeles, or UTC.";
            zone = TimeZoneInfo.Utc;
        }
        if (zone.GetUtcOffset(clock.GetUtcNow()).Ticks % TimeSpan.TicksPerHour != 0)
        {
            problem ??= $"The ledger's sums are by the hour of UTC, and days of {zone.Id} do not begin at one. Use --tz UTC.";
        }
        var tolerance = standard.Tolerance;
        if (options.Value("tolerance") is { } text && (!TryAmount(text, out tolerance) || tolerance < 0))
        {
            problem ??= $"'--tolerance' is '{text}', which is no amount in USD such as 0.01.";
        }
        var (from, to) = (DayOf(options, "from", zone, ref problem), DayOf(options, "to", zone, ref problem));
        if (from >= to)
        {
            problem ??= "'--from' is not before '--to'. '--to' is not included: a month is --from 2026-10-01 --to 2026-11-01.";
        }
        var exact = new Dictionary<string, decimal>(StringComparer.OrdinalIgnoreCase);
        foreach (var (currency, rate) in rates)
        {
            if (!TryAmount(rate, out var amount) || amount <= 0)
            {
                problem ??= $"'--rate {currency}={rate}' is no rate. Write what one {currency} is worth in USD: --rate EUR=1.08.";
            }
            exact[currency.ToUpperInvariant()] = amount;
        }
        return (standard with { Providers = [.. options.Values("provider")], From = from, To = to, Zone = zone, Tolerance = tolerance, Rates = exact, Models = models }, columns);
    }

    private DateOnly? DayOf(Options options, string name, TimeZoneInfo zone, ref string? problem)
    {
        if (options.Value(name) is not { } text)
        {
            return null;
        }
        var local = PeriodWords.Read(text, zone, clock.GetUtcNow()) is { } instant ? TimeZoneInfo.ConvertTime(instant, zone) : (DateTimeOffset?)null;
        if (local?.TimeOfDay != TimeSpan.Zero)
        {
            problem ??= $"'--{name}' is '{text}'. Write a date such as 2026-11-01, today, this-month, last-month.";
            return null;
        }
        return DateOnly.FromDateTime(local.Value.DateTime);
    }

    private static CsvShape? TryReadColumns(Options options, out string? problem)
    {
        problem = null;
        var given = Pairs(options, "column", "amount=cost", ref problem);
        if (given.Count == 0)
        {
            return null;
        }
        if (given.Keys.FirstOrDefault(static name => !ColumnNames.Contains(name)) is { } unknown)
        {
            problem ??= $"'--column {unknown}=…': known are {string.Join(", ", ColumnNames)}.";
        }
        if (!given.ContainsKey("day") || (!given.ContainsKey("amount") && !given.ContainsKey("input_tokens")))
        {
            problem ??= "With '--column' the day and the amount are needed: --column day=usage_date --column amount=cost --column model=sku.";
        }
        string[] Of(string name) => given.TryGetValue(name, out var column) ? [column] : [];
        return new CsvShape("given columns", Of("day"), Of("amount"), Of("currency"), Of("model"))
        {
            Meter = Of("meter"),
            Quantity = Of("quantity"),
            Unit = Of("unit"),
            InputTokens = Of("input_tokens"),
            OutputTokens = Of("output_tokens"),
        };
    }

    private static Dictionary<string, string> Pairs(Options options, string name, string example, ref string? problem)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in options.Values(name))
        {
            // The last: names on invoices have some of their own.
            var equals = pair.LastIndexOf('=');
            if (equals <= 0 || equals == pair.Length - 1)
            {
                problem ??= $"'--{name}' is '{pair}'. Write a pair: --{name} {example}.";
                continue;
            }
            pairs[pair[..equals]] = pair[(equals + 1)..];
        }
        return pairs;
    }

    private static bool TryAmount(string text, out decimal amount) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out amount);
}
