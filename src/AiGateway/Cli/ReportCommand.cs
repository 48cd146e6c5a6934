using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Cli;

/// <summary><c>report</c>: spend, tokens and requests of a period, grouped and filtered; beside a running gateway or without one.</summary>
internal sealed class ReportCommand(TextWriter output, TextWriter error, LedgerFinder ledgers, TimeProvider clock)
{
    public static readonly string[] Valued = ["data", .. ReportQuery.Names];

    /// <summary>Writes the report.</summary>
    public async Task<int> RunAsync(Options options)
    {
        var now = clock.GetUtcNow();
        if (ReportQuery.TryRead(options.Values, now, ReportFormat.Table, out var problem) is not { } query)
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
            await WriteAsync(ReportMaker.Make(place.Reader(), query, now));
            return ExitCode.Good;
        }
        catch (LedgerStoreException e)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Bad;
        }
    }

    private async Task WriteAsync(Report report)
    {
        switch (report.Query.Format)
        {
            case ReportFormat.Csv:
                await output.WriteAsync(ReportCsv.Head(report));
                foreach (var row in report.Rows)
                {
                    await output.WriteAsync(ReportCsv.Row(row));
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
