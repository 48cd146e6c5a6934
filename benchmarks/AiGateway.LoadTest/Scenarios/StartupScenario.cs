using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>Time from process start to the first 200 of the health path, and memory when nothing happens.</summary>
internal sealed class StartupScenario : IScenario
{
    private const int Runs = 5;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    public string Name => "startup";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var result = new ScenarioResult(Name, $"Start: {Runs} runs, medians");
        var upstream = await context.Starter.StartAnswerUpstreamAsync();
        var ready = new List<double>();
        var idle = new List<double>();
        try
        {
            // One start that does not count: the files come into the page cache.
            for (var run = 0; run <= Runs; run++)
            {
                await using var gateway = context.Starter.LaunchGateway(upstream);
                var time = await Probe.WaitUntilReadyAsync(gateway, context.Options.HealthPath, TimeSpan.FromSeconds(30));
                if (run > 0)
                {
                    await Task.Delay(IdleTime);
                    ready.Add(time.TotalSeconds);
                    idle.Add(ProcessUsage.ResidentBytes(gateway.Process.Id) / 1048576.0);
                    ScenarioContext.Say($"run {run}: ready after {time.TotalSeconds:0.000} s, {idle[^1]:0.0} MB idle");
                }
                await ScenarioContext.StopAsync([gateway], result);
            }
        }
        finally
        {
            await upstream.DisposeAsync();
        }
        result.AddTable(
            ["", "median", "lowest", "highest"],
            [
                ["start to ready, s", Statistics.Median(ready).ToString("0.000"), ready.Min().ToString("0.000"), ready.Max().ToString("0.000")],
                [$"RSS after {IdleTime.TotalSeconds} s idle, MB", ScenarioResult.Show(Statistics.Median(idle)), ScenarioResult.Show(idle.Min()), ScenarioResult.Show(idle.Max())],
            ]);
        result.Figures["start_seconds"] = Statistics.Median(ready);
        result.Figures["idle_rss_mb"] = Statistics.Median(idle);
        result.Verdicts.Add(context.Budgets.Judge("start_seconds", Statistics.Median(ready)));
        result.Verdicts.Add(context.Budgets.Judge("idle_rss_mb", Statistics.Median(idle)));
        return result;
    }
}
