using AiGateway.Benchmarks.Budgets;
using AiGateway.Benchmarks.Caching;
using AiGateway.Benchmarks.Ledger;
using AiGateway.Benchmarks.Protocols;
using AiGateway.Benchmarks.Semantics;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

if (args.Contains("--budgets"))
{
    return await AllocationCheck.RunAsync(args);
}
if (args.Contains("--ledger-postgres"))
{
    return PostgresMeasurement.Run(args);
}
if (args.Contains("--ledger-parts"))
{
    return LedgerParts.Run();
}
if (args.Contains("--ledger"))
{
    return await LedgerMeasurement.RunAsync(args);
}
if (args.Contains("--semantics"))
{
    return await SemanticsTimes.RunAsync(args);
}
if (args.Contains("--cache-policy"))
{
    return CachePolicyReport.Run();
}
if (args.Contains("--translation"))
{
    return await TranslationTimes.RunAsync(args);
}

// In process: BenchmarkDotNet's generated projects would be built under this repository's analyzers, which its code does not obey.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(AllocationCheck).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
return 0;
