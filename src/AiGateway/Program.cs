using AiGateway.Cli;
using AiGateway.Configuration;
using AiGateway.Hosting;

if (await CommandLine.RunAsync(args, Console.Out, Console.Error) is { } exitCode)
{
    return exitCode;
}

if (RuntimeGuard.Check() is { } refusal)
{
    await Console.Error.WriteLineAsync($"The gateway did not start: {refusal}");
    return 1;
}

InlineSockets.Prefer();
var clock = TimeProvider.System;
var configPath = RoutingFilePath.From(args, Environment.GetEnvironmentVariable);
var loader = new ConfigurationLoader(new StateRegistry(), Environment.GetEnvironmentVariable, clock);
var loaded = loader.Load(configPath);
foreach (var finding in loaded.Warnings.Concat(loaded.Errors))
{
    await Console.Error.WriteLineAsync(finding.ToString());
}
if (loaded.Snapshot is not { } snapshot)
{
    await Console.Error.WriteLineAsync($"The gateway did not start: {loaded.Errors.Count} error(s) in {configPath}.");
    return 1;
}

try
{
    await using var gateway = GatewayHost.Build(configPath, snapshot, loader, clock);
    await gateway.StartAsync();
    await Console.Out.WriteLineAsync(StartupReport.Write(configPath, snapshot));
    await gateway.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (StartFault.IsOperators(e))
{
    await Console.Error.WriteLineAsync($"The gateway did not start: {e.Message}");
    return 1;
}
