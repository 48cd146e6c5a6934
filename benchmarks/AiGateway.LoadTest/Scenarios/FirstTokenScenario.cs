using System.Diagnostics;
using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>Time to the first event of content: through translation, against the pass of bytes, in one run.</summary>
/// <remarks>
/// One request at a time, the cases in turn, at a rate far below what the gateway can do: what is compared is the way of one
/// event, not a queue. The upstream writes its first word at once and the rest in a second write.
/// </remarks>
internal sealed class FirstTokenScenario : IScenario
{
    private const string PassThrough = "OpenAI Chat, passed through";

    /// <summary>Requests a second, over all cases.</summary>
    private const double Rate = 200;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1 / Rate);

    // Through the gateway: the name in the report, the path of the client's dialect, the model whose provider speaks the other.
    private static readonly (string Name, string Path, string Model)[] Ways =
    [
        (PassThrough, "/v1/chat/completions", "to-openai"),
        ("OpenAI Chat from Anthropic", "/v1/chat/completions", "to-anthropic"),
        ("OpenAI Chat from Gemini", "/v1/chat/completions", "to-gemini"),
        ("OpenAI Chat from Converse", "/v1/chat/completions", "to-converse"),
        ("Anthropic, passed through", "/v1/messages", "to-anthropic"),
        ("Anthropic from OpenAI Chat", "/v1/messages", "to-openai"),
    ];

    public string Name => "first-token";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var options = context.Options;
        var result = new ScenarioResult(Name, $"First token: time to the first event of content, {Rate:0} requests/s over all cases in turn, {options.Rounds} rounds of {options.Window.TotalSeconds} s");
        var upstream = await context.Starter.StartDialectUpstreamAsync();
        List<Target> targets = [upstream, await context.Starter.StartTranslatingGatewayAsync(upstream)];
        try
        {
            using var direct = new FirstTokenCase("direct", upstream, "/v1/chat/completions", "model");
            FirstTokenCase[] ways = [.. Ways.Select(way => new FirstTokenCase(way.Name, targets[1], way.Path, way.Model))];
            FirstTokenCase[] all = [direct, .. ways];
            try
            {
                Run(all, options.Warmup, TimeSpan.Zero);
                foreach (var one in all)
                {
                    one.Reset();
                }
                for (var round = 1; round <= options.Rounds; round++)
                {
                    Run(all, options.Window, Interval);
                    ScenarioContext.Say($"round {round}: {string.Join(", ", all.Select(one => $"{one.Name} p50 {one.Delays.Percentile(50) / 1000} us"))}");
                }
            }
            finally
            {
                foreach (var way in ways)
                {
                    way.Dispose();
                }
            }
            Summarise(all, result, context.Budgets);
        }
        finally
        {
            await ScenarioContext.StopAsync(targets, result);
        }
        return result;
    }

    private static void Run(FirstTokenCase[] cases, TimeSpan duration, TimeSpan interval)
    {
        var began = Stopwatch.GetTimestamp();
        for (long sent = 0; Stopwatch.GetElapsedTime(began) < duration; sent++)
        {
            if ((interval * sent) - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } early)
            {
                Thread.Sleep(early);
            }
            cases[sent % cases.Length].Ask();
        }
    }

    private static void Summarise(FirstTokenCase[] cases, ScenarioResult result, Budgets budgets)
    {
        static double At(LatencyHistogram delays, double percent) => delays.Percentile(percent) / 1e6;
        var passed = Array.Find(cases, one => one.Name == PassThrough)!;
        result.AddTable(
            ["case", "answers", "p50 ms", "p90 ms", "p99 ms", "p50 added to the pass, ms", "p90 added", "p99 added"],
            cases.Select(one => (IReadOnlyList<string>)
            [
                one.Name,
                $"{one.Delays.Count}",
                .. new double[] { 50, 90, 99 }.Select(p => At(one.Delays, p).ToString("0.000")),
                .. new double[] { 50, 90, 99 }.Select(p => (At(one.Delays, p) - At(passed.Delays, p)).ToString("0.000")),
            ]));
        foreach (var one in cases)
        {
            result.Figures[$"{one.Name}.p50_ms"] = At(one.Delays, 50);
            result.Figures[$"{one.Name}.p99_ms"] = At(one.Delays, 99);
            if (one.Errors > 0)
            {
                result.Failures.Add($"{one.Name}: {one.Errors} wrong answers, the first: {one.FirstError}");
            }
        }
        var worst = cases.Where(one => one.Name.Contains(" from ", StringComparison.Ordinal)).Max(one => At(one.Delays, 50) - At(passed.Delays, 50));
        result.Verdicts.Add(budgets.Judge("first_token_added_ms", worst));
    }
}
