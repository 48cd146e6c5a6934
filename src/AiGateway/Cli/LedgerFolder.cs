using AiGateway.Configuration;
using AiGateway.Hosting;
using AiGateway.Storage.Ledger;

namespace AiGateway.Cli;

/// <summary>Finds the ledger's file for commands: <c>--data FOLDER</c>, or the data folder of the routing file.</summary>
internal sealed class LedgerFolder(TextWriter error, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>The path; null when it cannot be said, which was told then.</summary>
    public async Task<string?> FindAsync(Options options)
    {
        if (options.Value("data") is { } folder)
        {
            return Path.Combine(folder, LedgerFile.Name);
        }
        var loaded = new ConfigurationLoader(new StateRegistry(), environment, clock).Load(RoutingFilePath.From(options, environment));
        if (loaded.Snapshot is { } snapshot)
        {
            return Path.Combine(snapshot.Host.DataFolder, LedgerFile.Name);
        }
        foreach (var finding in loaded.Errors)
        {
            await error.WriteLineAsync(finding.ToString());
        }
        await error.WriteLineAsync("The routing file says where the ledger lies, and cannot be used. Mend it, or give the data folder with --data FOLDER.");
        return null;
    }
}
