using System.Diagnostics;
using System.Text.Json;
using AiGateway.Benchmarks.Caching;
using AiGateway.Benchmarks.Gateway;
using AiGateway.Benchmarks.Protocols;
using AiGateway.Benchmarks.Semantics;
using AiGateway.LoadTest;

namespace AiGateway.Benchmarks.Budgets;

/// <summary>Bytes allocated per operation against their budgets, in seconds: what CI runs in place of whole benchmarks. A few cases have a time as well.</summary>
/// <remarks>
/// Allocation is exact and the same on every machine, unlike time. It is counted after the JIT's tiers have settled, and
/// the least of several passes counts, because a pass may hold a pool's growth or the JIT's own objects.
/// </remarks>
internal static class AllocationCheck
{
    private const int Warmup = 200;
    private const int Iterations = 1_000;
    private const int Passes = 3;
    private const int TimedPasses = 200;
    private const int TimedRounds = 4;
    private const int TimedWarmup = 50_000;
    private const int PipelineRequests = 3_000;

    // Time for the tiered JIT's background compilation, which begins 100 ms after the last new method.
    private static readonly TimeSpan TierPause = TimeSpan.FromMilliseconds(250);

    private static readonly Func<IAllocationCase>[] OneThread =
    [
        () => new RequestScannerBenchmarks(),
        () => new FingerprintBenchmarks(),
        () => new MemoryLevelBenchmarks(),
        () => new TokenEstimatorBenchmarks(),
        () => new ResponseInspectorBenchmarks(),
        () => new StreamInspectorBenchmarks(),
        () => new TranslationBenchmarks(),
        () => new FactsBenchmarks(),
        () => new CallerTableBenchmarks(),
        () => new PlanBuilderBenchmarks(),
        () => new AdmissionBenchmarks(),
        () => new CostCalculatorBenchmarks(),
        () => new MetricsBenchmarks(),
        () => new SemanticsBenchmarks(),
    ];

    /// <summary>Measures every case; 1 when one exceeds its budget, has none, or a budget names no case.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var budgets = Read("allocated_bytes");
        var times = Read("nanoseconds");
        var yardstick = new Yardstick(Read("yardstick")["nanoseconds"], LeastTimeAsync);
        var measured = new Dictionary<string, double>(StringComparer.Ordinal);
        var timed = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var create in OneThread)
        {
            foreach (var (name, operation) in create().Cases())
            {
                measured[name] = await MeasureAsync(operation);
                if (times.ContainsKey(name))
                {
                    timed[name] = await yardstick.TimeAsync(operation);
                }
            }
        }
        var yarp = await MeasurePipelineAsync(measured, args.Contains("--types"));
        var result = Print("bytes per operation", budgets, measured) | Print("nanoseconds per operation, at best, in units of the yardstick", times, timed);
        Console.WriteLine($"The yardstick took {yardstick.Least:0} to {yardstick.Most:0} ns, {yardstick.Reference:0} on the machine of the budgets: times are given as they would be there.");
        Console.WriteLine($"For comparison, plain YARP on the same path: {yarp:0} bytes a request.");
        return result;
    }

    /// <summary>Whole requests cross threads, so what the process allocates is counted; client and upstream allocate nothing.</summary>
    private static async Task<double> MeasurePipelineAsync(Dictionary<string, double> measured, bool withTypes)
    {
        var pipeline = new PipelineBenchmarks();
        await pipeline.SetupAsync();
        try
        {
            measured["pipeline_chat_request"] = await MeasureProcessAsync(pipeline.Gateway);
            if (withTypes)
            {
                using var types = new AllocatedTypes();
                Repeat(pipeline.Gateway, PipelineRequests * 10);
                types.Print();
            }
            return await MeasureProcessAsync(pipeline.Yarp);
        }
        finally
        {
            await pipeline.CleanupAsync();
        }
    }

    private static async Task<double> MeasureProcessAsync(Action request)
    {
        for (var round = 0; round < 3; round++)
        {
            Repeat(request, PipelineRequests);
            await Task.Delay(TierPause);
        }
        var least = long.MaxValue;
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Repeat(request, PipelineRequests);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        return (double)least / PipelineRequests;
    }

    private static void Repeat(Action operation, int times)
    {
        for (var i = 0; i < times; i++)
        {
            operation();
        }
    }

    private static async Task<double> MeasureAsync(Action operation)
    {
        for (var round = 0; round < 2; round++)
        {
            Repeat(operation, Warmup);
            await Task.Delay(TierPause);
        }
        var least = long.MaxValue;
        for (var pass = 0; pass < Passes; pass++)
        {
            least = Math.Min(least, AllocatedBy(operation));
        }
        return (double)least / Iterations;
    }

    private static long AllocatedBy(Action operation)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(operation, Iterations);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // The best of many passes is what the code can do; a busy machine spoils passes, but rarely all of them.
    private static async Task<double> LeastTimeAsync(Action operation)
    {
        for (var round = 0; round < TimedRounds; round++)
        {
            Repeat(operation, TimedWarmup);
            await Task.Delay(TierPause);
        }
        var least = TimeSpan.MaxValue;
        for (var pass = 0; pass < TimedPasses; pass++)
        {
            var start = Stopwatch.GetTimestamp();
            Repeat(operation, Iterations);
            var elapsed = Stopwatch.GetElapsedTime(start);
            least = elapsed < least ? elapsed : least;
        }
        return least.TotalNanoseconds / Iterations;
    }

    private static Dictionary<string, double> Read(string section)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(LoadTestOptions.Root, "benchmarks/budgets.json")));
        return document.RootElement.GetProperty(section).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble(), StringComparer.Ordinal);
    }

    private static int Print(string unit, Dictionary<string, double> budgets, Dictionary<string, double> measured)
    {
        var failed = false;
        Console.WriteLine($"{unit,-44} {"measured",10} {"budget",10}");
        foreach (var (name, bytes) in measured)
        {
            var has = budgets.Remove(name, out var budget);
            var met = has && bytes <= budget;
            failed |= !met;
            Console.WriteLine($"{name,-44} {bytes,10:0.0} {(has ? budget.ToString("0") : "none"),10}{(met ? "" : "  EXCEEDED")}");
        }
        foreach (var name in budgets.Keys)
        {
            failed = true;
            Console.WriteLine($"{name,-44} {"-",10} {budgets[name],10:0}  NO SUCH CASE");
        }
        return failed ? 1 : 0;
    }
}
