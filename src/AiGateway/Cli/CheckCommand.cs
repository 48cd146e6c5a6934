using AiGateway.Configuration;
using AiGateway.Hosting;

namespace AiGateway.Cli;

/// <summary><c>check</c>: validates a routing file without starting.</summary>
internal sealed class CheckCommand(TextWriter output, TextWriter error, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>Prints every error, or what the file offers and what of it is off.</summary>
    public async Task<int> RunAsync(Options options)
    {
        var file = RoutingFilePath.From(options, environment);
        var result = new ConfigurationLoader(new StateRegistry(), environment, clock).Load(file);
        foreach (var warning in result.Warnings)
        {
            await error.WriteLineAsync($"warning: {warning}");
        }
        if (result.Snapshot is not { } snapshot)
        {
            foreach (var problem in result.Errors)
            {
                await error.WriteLineAsync(problem.ToString());
            }
            await error.WriteLineAsync($"{file} is not valid: {Count(result.Errors.Count, "error")}.");
            return ExitCode.Bad;
        }

        var config = snapshot.Config;
        await output.WriteLineAsync(
            $"{file} is valid: {Count(config.Providers.Count, "provider")}{Off(snapshot.ProvidersOff.Count)}, "
            + $"{Count(config.Deployments.Count, "deployment")}{Off(config.Deployments.Count - snapshot.Deployments.Count)}, "
            + $"{Plural(config.Aliases.Count, "alias", "aliases")}{Off(snapshot.AliasesOff.Count)}, "
            + $"{Count(config.Callers.Count, "caller")}. Version {snapshot.Version}.");
        foreach (var provider in snapshot.ProvidersOff)
        {
            await output.WriteLineAsync($"  provider {provider.Id} is off: {provider.Reason}");
        }
        if (snapshot.AliasesOff.Count > 0)
        {
            await output.WriteLineAsync($"  aliases off with them: {string.Join(", ", snapshot.AliasesOff.Select(alias => alias.Name))}");
        }
        return ExitCode.Good;
    }

    private static string Count(int count, string noun) => Plural(count, noun, noun + "s");

    private static string Plural(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";

    private static string Off(int count) => count == 0 ? "" : $" ({count} off)";
}
