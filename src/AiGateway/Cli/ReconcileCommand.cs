using AiGateway.Accounting.Reconciliation;

namespace AiGateway.Cli;

/// <summary><c>reconcile</c>: the ledger against a provider's own export of usage and costs.</summary>
internal sealed class ReconcileCommand(TextWriter output, TextWriter error, LedgerFinder ledgers, TimeProvider clock)
{
    public static readonly string[] Valued = ["data", .. ReconcileArguments.Names];

    /// <summary>Writes the comparison.</summary>
    public async Task<int> RunAsync(Options options)
    {
        if (ReconcileArguments.TryRead(options, clock.GetUtcNow(), out var problem) is not { } arguments)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Misuse;
        }
        return await ledgers.RunAsync(options, async place =>
        {
            var files = arguments.Files.Select(file => InvoiceReader.Read(file, arguments.Columns)).ToList();
            await WriteAsync(Reconciler.Compare(place.Reader(), files, arguments.Comparison), arguments.Format);
            return ExitCode.Good;
        });
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
}
