using System.Globalization;
using AiGateway.Accounting.Reconciliation;
using AiGateway.Accounting.Reports;

namespace AiGateway.Cli;

/// <summary>What <c>reconcile</c> is asked for: by its options, and by a mapping file for what is the same every month. Options win.</summary>
/// <param name="Files">The provider's files.</param>
/// <param name="Comparison">What is compared, and how.</param>
/// <param name="Columns">The columns of a CSV; null where its header says them.</param>
/// <param name="Format">One of <see cref="Formats"/>.</param>
internal sealed record ReconcileArguments(IReadOnlyList<string> Files, ReconciliationOptions Comparison, CsvShape? Columns, string Format)
{
    /// <summary>The options that are read.</summary>
    public static readonly string[] Names = ["provider", "file", "from", "to", "tz", "format", "tolerance", "rate", "map", "column", "mapping"];

    private static readonly string[] Formats = ["table", "csv", "json"];

    /// <summary>Reads them.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="now">The time, for words such as <c>last-month</c>.</param>
    /// <param name="problem">What is wrong, and the way out; null when nothing is.</param>
    public static ReconcileArguments? TryRead(Options options, DateTimeOffset now, out string? problem)
    {
        problem = options.Values("file").Any() ? null : "'reconcile' needs '--file', what the provider's costs API or cost export gave. It may be given several times.";
        var mapping = MappingOf(options, ref problem);
        var format = options.Value("format") ?? Formats[0];
        if (!Formats.Contains(format))
        {
            problem ??= $"'--format' is '{format}'. Known: {string.Join(", ", Formats)}.";
        }
        var zone = ZoneOf(options.Value("tz") ?? mapping.Zone, ref problem);
        var tolerance = mapping.Tolerance ?? new ReconciliationOptions().Tolerance;
        if (options.Value("tolerance") is { } text && (!TryAmount(text, out tolerance) || tolerance < 0))
        {
            problem ??= $"'--tolerance' is '{text}', which is no amount in USD such as 0.01.";
        }
        var (from, to) = (DayOf(options, "from", zone, now, ref problem), DayOf(options, "to", zone, now, ref problem));
        if (from >= to)
        {
            problem ??= "'--from' is not before '--to'. '--to' is not included: a month is --from 2026-10-01 --to 2026-11-01.";
        }
        var columns = Pairs(options, "column", "amount=cost", mapping.Columns, ref problem);
        CsvShape? shape = null;
        if (columns.Count > 0)
        {
            shape = CsvShape.TryMake(columns, out var wrong);
            problem ??= wrong;
        }
        var comparison = new ReconciliationOptions
        {
            Providers = options.Values("provider").Any() ? [.. options.Values("provider")] : mapping.Providers,
            From = from,
            To = to,
            Zone = zone,
            Tolerance = tolerance,
            Rates = RatesOf(options, mapping, ref problem),
            Models = Pairs(options, "map", "\"gpt-4o 0806 Inp glbl Tokens\"=prod-gpt", mapping.Models, ref problem),
        };
        return problem is null ? new ReconcileArguments([.. options.Values("file")], comparison, shape, format) : null;
    }

    private static InvoiceMapping MappingOf(Options options, ref string? problem)
    {
        if (options.Value("mapping") is { } path)
        {
            try
            {
                return InvoiceMappingReader.Read(path);
            }
            catch (InvoiceException e)
            {
                problem ??= e.Message;
            }
        }
        return new InvoiceMapping();
    }

    private static TimeZoneInfo ZoneOf(string? name, ref string? problem)
    {
        if (name is null)
        {
            return TimeZoneInfo.Utc;
        }
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }
        problem ??= $"'--tz' is '{name}', which is no time zone. Write one of the IANA database, such as America/Los_Angeles, or UTC.";
        return TimeZoneInfo.Utc;
    }

    private static Dictionary<string, decimal> RatesOf(Options options, InvoiceMapping mapping, ref string? problem)
    {
        var rates = new Dictionary<string, decimal>();
        foreach (var (currency, rate) in mapping.Rates)
        {
            rates[currency.ToUpperInvariant()] = rate;
        }
        foreach (var (currency, text) in Pairs(options, "rate", "EUR=1.08", new Dictionary<string, string>(), ref problem))
        {
            rates[currency.ToUpperInvariant()] = TryAmount(text, out var rate) ? rate : 0;
        }
        if (rates.FirstOrDefault(static rate => rate.Value <= 0).Key is { } wrong)
        {
            problem ??= $"For '{wrong}' there is no rate above 0. Write what one {wrong} is worth in USD: --rate EUR=1.08.";
        }
        return rates;
    }

    private static DateOnly? DayOf(Options options, string name, TimeZoneInfo zone, DateTimeOffset now, ref string? problem)
    {
        if (options.Value(name) is not { } text)
        {
            return null;
        }
        var local = PeriodWords.Read(text, zone, now) is { } instant ? TimeZoneInfo.ConvertTime(instant, zone) : (DateTimeOffset?)null;
        if (local?.TimeOfDay != TimeSpan.Zero)
        {
            problem ??= $"'--{name}' is '{text}'. Write a date such as 2026-11-01, today, this-month, last-month.";
            return null;
        }
        return DateOnly.FromDateTime(local.Value.DateTime);
    }

    /// <summary>The pairs of an option, over those of the mapping file.</summary>
    private static Dictionary<string, string> Pairs(Options options, string name, string example, IReadOnlyDictionary<string, string> mapped, ref string? problem)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in mapped)
        {
            pairs[key] = value;
        }
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
