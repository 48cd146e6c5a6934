using System.Diagnostics;
using AiGateway.LoadTest;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>Times and allocations of the codecs, pair by pair, as a report: in a minute, and judged by their bars.</summary>
/// <remarks>Medians over many short batches: what a batch loses to the scheduler or to a collection does not shift them. BenchmarkDotNet's figures of the same operations (<see cref="TranslationBenchmarks"/>) take half an hour.</remarks>
internal static class TranslationTimes
{
    private const int Batches = 400;
    private const int EventsPerBatch = 200;
    private const int RequestsPerBatch = 4;

    // Time for the tiered JIT's background compilation, which begins 100 ms after the last new method.
    private static readonly TimeSpan TierPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Measures every pair and writes the report; 1 when a bar is missed and <c>--enforce</c> was said.</summary>
    /// <param name="args">The command line; <c>--name</c>, <c>--output</c> and <c>--enforce</c> as in the load test.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var options = LoadTestOptions.Parse(["translation", .. args.Where(argument => argument != "--translation")]);
        var report = new Report(options, "AiGateway.Benchmarks " + string.Join(' ', args), TimeProvider.System.GetUtcNow(), "Codecs");
        var result = new ScenarioResult("translation", $"One streamed event, and one request of 20 KB: medians and p90 of {Batches} batches");
        var rows = new List<Row>();
        // What the pairs share would else be compiled in the first one's time.
        foreach (var pair in TranslationBenchmarks.Pairs)
        {
            var warm = new TranslationBenchmarks { Pair = pair };
            warm.Setup();
            await MeasureAsync(() => { warm.Event(); warm.Request(); }, RequestsPerBatch);
        }
        foreach (var pair in TranslationBenchmarks.Pairs)
        {
            var benchmark = new TranslationBenchmarks { Pair = pair };
            benchmark.Setup();
            var row = new Row(pair, await MeasureAsync(() => benchmark.Event(), EventsPerBatch), await MeasureAsync(() => benchmark.Request(), RequestsPerBatch));
            rows.Add(row);
            result.Figures[pair + ".event_us"] = row.Event.Median;
            result.Figures[pair + ".event_bytes"] = row.Event.Bytes;
            result.Figures[pair + ".request_us"] = row.Request.Median;
            Console.Error.WriteLine($"  {pair}: event {row.Event.Median:0.00} us, {row.Event.Bytes:0} B; request {row.Request.Median:0} us");
        }
        result.AddTable(
            ["from > to", "event µs", "p90", "event bytes", "20 KB request µs", "p90", "request KB"],
            rows.Select(row => (IReadOnlyList<string>)
            [
                row.Pair, ScenarioResult.Show(row.Event.Median), ScenarioResult.Show(row.Event.P90), $"{row.Event.Bytes:0}",
                ScenarioResult.Show(row.Request.Median), ScenarioResult.Show(row.Request.P90), ScenarioResult.Show(row.Request.Bytes / 1024),
            ]));
        var budgets = LoadTest.Reporting.Budgets.Read();
        result.Verdicts.Add(budgets.Judge("translation_event_us", rows.Max(row => row.Event.Median)));
        result.Verdicts.Add(budgets.Judge("translation_event_bytes", rows.Max(row => row.Event.Bytes)));
        result.Verdicts.Add(budgets.Judge("translation_request_us", rows.Max(row => row.Request.Median)));
        Console.WriteLine(report.Write([result]));
        return options.Enforce && result.Verdicts.Exists(verdict => !verdict.Met) ? 1 : 0;
    }

    private static async Task<Figures> MeasureAsync(Action operation, int perBatch)
    {
        for (var round = 0; round < 3; round++)
        {
            Repeat(operation, perBatch * 10);
            await Task.Delay(TierPause);
        }
        var batches = new double[Batches];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Batches; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Repeat(operation, perBatch);
            batches[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds / perBatch;
        }
        var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / (Batches * perBatch);
        return new Figures(Statistics.Median(batches), batches.Order().ElementAt(Batches * 9 / 10), bytes);
    }

    private static void Repeat(Action operation, int times)
    {
        for (var i = 0; i < times; i++)
        {
            operation();
        }
    }

    private sealed record Row(string Pair, Figures Event, Figures Request);

    private sealed record Figures(double Median, double P90, double Bytes);
}
