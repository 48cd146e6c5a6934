using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>Latency at a fixed rate, counted from when each request was due.</summary>
internal sealed class OpenLoopScenario : IScenario
{
    private const int BodyBytes = 1200;

    public string Name => "open-loop";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var options = context.Options;
        var result = new ScenarioResult(Name, $"Open loop: {options.Rate} requests/s, latency from the due time, {options.Rounds} alternating rounds of {options.Window.TotalSeconds} s, medians");
        var targets = await context.StartAllAsync();
        try
        {
            context.WarmUp(targets, BodyBytes, result);
            var rounds = targets.ToDictionary(t => t, _ => new List<LoadResult>());
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var target in targets)
                {
                    var load = RequestLoop.RunOpen(context.Plan(target, BodyBytes, options.Connections, options.Window), options.Rate);
                    ScenarioContext.NoteErrors(target, load, result);
                    rounds[target].Add(load);
                    ScenarioContext.Say($"round {round} {target.Name}: {load.RequestsPerSecond:0} requests/s, p50 {load.Latencies.Percentile(50) / 1000} us, p99 {load.Latencies.Percentile(99) / 1000} us, queued {load.Queued}");
                }
            }
            Summarise(targets, rounds, result, context.Budgets);
        }
        finally
        {
            await ScenarioContext.StopAsync(targets, result);
        }
        return result;
    }

    private static void Summarise(List<Target> targets, Dictionary<Target, List<LoadResult>> rounds, ScenarioResult result, Budgets budgets)
    {
        double At(Target target, double percent) => Statistics.Median(rounds[target].Select(l => l.Latencies.Percentile(percent) / 1e6));
        var direct = targets[0];
        result.AddTable(
            ["target", "requests/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "added p50 ms", "added p99 ms", "CPU µs/request"],
            targets.Select(target => (IReadOnlyList<string>)
            [
                target.Name,
                ScenarioResult.Show(Statistics.Median(rounds[target].Select(l => l.RequestsPerSecond))),
                .. new[] { 50, 90, 99, 99.9 }.Select(p => At(target, p).ToString("0.000")),
                (At(target, 50) - At(direct, 50)).ToString("0.000"),
                (At(target, 99) - At(direct, 99)).ToString("0.000"),
                ScenarioResult.Show(Statistics.Median(rounds[target].Select(l => l.CpuPerRequest(0)))),
            ]));
        foreach (var target in targets)
        {
            result.Figures[$"{target.Name}.p50_ms"] = At(target, 50);
            result.Figures[$"{target.Name}.p99_ms"] = At(target, 99);
        }
        var gateway = targets[2];
        result.Verdicts.Add(budgets.Judge("added_p50_ms", At(gateway, 50) - At(direct, 50)));
        result.Verdicts.Add(budgets.Judge("added_p99_ms", At(gateway, 99) - At(direct, 99)));
    }
}
