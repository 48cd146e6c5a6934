using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Hosting;

namespace AiGateway.Cli;

/// <summary><c>report</c>: spend, tokens and requests of a period, grouped and filtered; beside a running gateway or without one.</summary>
internal sealed class ReportCommand(TextWriter output, TextWriter error, LedgerFinder ledgers, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>Options with a value: the parameters of reports, with hyphens.</summary>
    public static readonly string[] Valued = ["data", "rates", .. ReportQuery.Names.Select(OptionOf)];

    /// <summary>Options without one.</summary>
    public static readonly string[] Flags = [AsRecorded];

    private const string AsRecorded = "as-recorded";

    /// <summary>Writes the report.</summary>
    public async Task<int> RunAsync(Options options)
    {
        var now = clock.GetUtcNow();
        if (ReportQuery.TryRead(name => ValuesOf(options, name), now, ReportFormat.Table, out var problem) is not { } query)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Misuse;
        }
        return await ledgers.RunAsync(options, async place =>
        {
            CurrencyRates? rates = null;
            if (query.Currency != CurrencyRates.Usd)
            {
                if (await RatesAsync(options) is not { } currencies)
                {
                    return ExitCode.Bad;
                }
                rates = CurrencyRates.Read(query.Currency, currencies);
            }
            await WriteAsync(ReportMaker.Make(place.Reader(), query, now, rates));
            return ExitCode.Good;
        });
    }

    /// <summary>The file that <c>--rates</c> names, else what the routing file says; null when that cannot be read, which was told then.</summary>
    private async Task<CurrenciesConfig?> RatesAsync(Options options) => options.Value("rates") is { } file
        ? new CurrenciesConfig { File = file } : (await RoutingPrices.ReadAsync(RoutingFilePath.From(options, environment), environment, error))?.Currencies;

    private static IEnumerable<string> ValuesOf(Options options, string name) =>
        name == "as_of" && options.Has(AsRecorded) ? [ReportQuery.Recorded] : options.Values(OptionOf(name));

    private static string OptionOf(string name) => name.Replace('_', '-');

    private async Task WriteAsync(Report report)
    {
        switch (report.Query.Format)
        {
            case ReportFormat.Csv:
                await output.WriteAsync(ReportCsv.Head(report));
                var rates = ReportCsv.RatesOf(report);
                foreach (var row in report.Rows)
                {
                    await output.WriteAsync(ReportCsv.Row(row, rates));
                }
                break;
            case ReportFormat.Json:
                await output.WriteLineAsync(ReportJson.Format(report));
                break;
            default:
                await output.WriteAsync(ReportTable.Write(report));
                break;
        }
    }
}
