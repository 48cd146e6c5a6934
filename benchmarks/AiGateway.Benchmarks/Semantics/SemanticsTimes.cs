using System.Diagnostics;
using AiGateway.LoadTest;
using AiGateway.LoadTest.Reporting;

namespace AiGateway.Benchmarks.Semantics;

/// <summary>Times of the embedders by the length of a text and of the index by the number of its entries, on one thread, as a report judged by their bars.</summary>
internal static class SemanticsTimes
{
    private const int Warmup = 40;
    private const int Repetitions = 400;
    private const int Question = 16;
    private const int LongText = 128;
    private const int SmallIndex = 10_000;
    private const int LargeIndex = 100_000;

    // The processor's time is counted in hundredths of a second.
    private const double CpuStep = 1e4 / Repetitions;

    // Time for the tiered JIT's background compilation, which begins 100 ms after the last new method.
    private static readonly TimeSpan TierPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Measures and writes the report; 1 when a bar is missed and <c>--enforce</c> was said.</summary>
    /// <param name="args">The command line; <c>--name</c>, <c>--output</c> and <c>--enforce</c> as in the load test.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var options = LoadTestOptions.Parse(["semantics", .. args.Where(argument => argument != "--semantics")]);
        var report = new Report(options, "AiGateway.Benchmarks " + string.Join(' ', args), TimeProvider.System.GetUtcNow(), "Embedding and index");
        var budgets = LoadTest.Reporting.Budgets.Read();
        var results = new[] { await EmbedAsync(budgets), await SearchAsync(budgets) };
        Console.WriteLine(report.Write(results));
        return options.Enforce && results.Any(result => result.Verdicts.Exists(verdict => !verdict.Met)) ? 1 : 0;
    }

    private static async Task<ScenarioResult> EmbedAsync(LoadTest.Reporting.Budgets budgets)
    {
        var result = new ScenarioResult("embedding", $"One text embedded, tokenising included: {Repetitions} times each");
        var rows = new List<IReadOnlyList<string>>();
        var measured = new Dictionary<(string, int), Figures>();
        foreach (var name in new[] { "sentence-384", "static-256" })
        {
            var model = SemanticsBenchmarks.Load(name);
            var vector = new float[model.Dimensions];
            foreach (var tokens in new[] { 8, Question, 32, 64, LongText })
            {
                // [CLS] and [SEP] count for the encoder; the table has none, and as many tokens of text.
                var text = string.Join(' ', Enumerable.Repeat("word", tokens - (name == "sentence-384" ? 2 : 0)));
                var figures = await MeasureAsync(() => model.TryEmbed(text, vector));
                measured[(name, tokens)] = figures;
                rows.Add([name, $"{tokens}", .. figures.Shown, ScenarioResult.Show(figures.Median / tokens)]);
                figures.AddTo(result, $"{name}.{tokens}_tokens");
            }
        }
        result.AddTable(["model", "tokens", "p50 µs", "p99 µs", "CPU µs", "bytes", "p50 µs per token"], rows);
        result.Verdicts.Add(budgets.Judge("embed_sentence_cpu_ms", measured[("sentence-384", Question)].Cpu / 1000));
        result.Verdicts.Add(budgets.Judge("embed_sentence_growth", measured[("sentence-384", LongText)].Cpu / measured[("sentence-384", Question)].Cpu * Question / LongText));
        result.Verdicts.Add(budgets.Judge("embed_static_us", measured[("static-256", Question)].Median));
        return result;
    }

    private static async Task<ScenarioResult> SearchAsync(LoadTest.Reporting.Budgets budgets)
    {
        var result = new ScenarioResult("index", $"The nearest two of one partition: {Repetitions} searches each");
        var rows = new List<IReadOnlyList<string>>();
        foreach (var dimensions in new[] { 384, 256 })
        {
            foreach (var entries in new[] { 1_000, SmallIndex, 30_000, LargeIndex })
            {
                var index = new SemanticsBenchmarks.IndexFixture(dimensions, entries);
                var figures = await MeasureAsync(index.Search);
                rows.Add([$"{dimensions}", $"{entries}", .. figures.Shown, ScenarioResult.Show(figures.Median * 1000 / entries), $"{index.BytesPerEntry}"]);
                figures.AddTo(result, $"{dimensions}.{entries}_entries");
                if (dimensions == 384 && entries is (SmallIndex or LargeIndex))
                {
                    result.Verdicts.Add(budgets.Judge(entries == SmallIndex ? "index_10k_p99_ms" : "index_100k_p99_ms", figures.P99 / 1000));
                }
            }
        }
        result.AddTable(["dimensions", "entries", "p50 µs", "p99 µs", "CPU µs", "bytes", "p50 ns per entry", "memory per entry, bytes"], rows);
        return result;
    }

    private static async Task<Figures> MeasureAsync(Action operation)
    {
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < Warmup; i++)
            {
                operation();
            }
            await Task.Delay(TierPause);
        }
        var times = new double[Repetitions];
        var cpu = Machine.OwnCpuSeconds();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Repetitions; i++)
        {
            var began = Stopwatch.GetTimestamp();
            operation();
            times[i] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }
        var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Repetitions;
        cpu = Machine.OwnCpuSeconds() - cpu;
        Array.Sort(times);
        return new Figures(times[Repetitions / 2], times[Repetitions * 99 / 100], cpu / Repetitions * 1e6, bytes);
    }

    /// <param name="Cpu">What the process used of the processor, in µs per repetition: a busy machine does not change it much. Counted in steps of 25 µs.</param>
    private sealed record Figures(double Median, double P99, double Cpu, double Bytes)
    {
        public IReadOnlyList<string> Shown => [ScenarioResult.Show(Median), ScenarioResult.Show(P99), Cpu < CpuStep ? "-" : ScenarioResult.Show(Cpu), $"{Bytes:0}"];

        public void AddTo(ScenarioResult result, string name)
        {
            result.Figures[name + ".p50_us"] = Median;
            result.Figures[name + ".p99_us"] = P99;
            result.Figures[name + ".cpu_us"] = Cpu;
            result.Figures[name + ".bytes"] = Bytes;
        }
    }
}
