using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reconciliation;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Hosting;
using AiGateway.Storage;
using AiGateway.Storage.Ledger;

namespace AiGateway.Cli;

/// <summary>Opens the ledger for commands: the file in <c>--data FOLDER</c>, or what the routing file says.</summary>
internal sealed class LedgerFinder(TextWriter error, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>Runs what a command does with the ledger. What is the operator's to mend (no ledger there, one that cannot be read, a file that cannot be written, a bad invoice, table of rates or price list) is one line.</summary>
    /// <returns>The command's exit code.</returns>
    public async Task<int> RunAsync(Options options, Func<LedgerPlace, Task<int>> command)
    {
        using var place = await FindAsync(options);
        if (place is null)
        {
            return ExitCode.Bad;
        }
        try
        {
            return await command(place);
        }
        catch (Exception e) when (e is LedgerStoreException or InvoiceException or CurrencyException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Bad;
        }
    }

    /// <summary>Where it lies; null when that cannot be said, which was told then.</summary>
    public async Task<LedgerPlace?> FindAsync(Options options)
    {
        if (options.Value("data") is { } folder)
        {
            return new LedgerPlace(Path.Combine(folder, LedgerFile.Name));
        }
        var loaded = new ConfigurationLoader(new StateRegistry(), environment, clock).Load(RoutingFilePath.From(options, environment));
        if (loaded.Snapshot is { Host: var host })
        {
            return host.Ledger?.Postgres is { } address ? new LedgerPlace(address) : new LedgerPlace(Path.Combine(host.DataFolder, LedgerFile.Name));
        }
        foreach (var finding in loaded.Errors)
        {
            await error.WriteLineAsync(finding.ToString());
        }
        await error.WriteLineAsync("The routing file says where the ledger lies, and cannot be used. Mend it, or give the data folder with --data FOLDER.");
        return null;
    }
}
