using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>How CPU per request grows with the prompt.</summary>
internal sealed class SizeScenario : IScenario
{
    // Fewer than in the chat scenario: 64 bodies of 300 KB in flight would measure the kernel's socket buffers.
    private const int Connections = 16;

    private static readonly int[] Kilobytes = [1, 10, 50, 100, 300];

    public string Name => "size";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var options = context.Options;
        var result = new ScenarioResult(Name, $"Prompt size: CPU µs per request, {Connections} connections, {options.Rounds} alternating rounds of {options.Window.TotalSeconds} s, medians");
        var targets = await context.StartAllAsync();
        try
        {
            var proxies = targets.Skip(1).ToList();
            context.WarmUp(proxies, 10 * 1024, result);
            var rounds = new Dictionary<(Target, int), List<double>>();
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var size in Kilobytes)
                {
                    foreach (var target in proxies)
                    {
                        var load = RequestLoop.RunClosed(context.Plan(target, size * 1024, Connections, options.Window));
                        ScenarioContext.NoteErrors(target, load, result);
                        (rounds.TryGetValue((target, size), out var list) ? list : rounds[(target, size)] = []).Add(load.CpuPerRequest(0));
                        ScenarioContext.Say($"round {round} {size} KB {target.Name}: {load.CpuPerRequest(0):0.0} us CPU, {load.RequestsPerSecond:0} requests/s");
                    }
                }
            }
            Summarise(proxies, rounds, result, context.Budgets);
        }
        finally
        {
            await ScenarioContext.StopAsync(targets, result);
        }
        return result;
    }

    private static void Summarise(List<Target> proxies, Dictionary<(Target, int), List<double>> rounds, ScenarioResult result, Budgets budgets)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var target in proxies)
        {
            var points = Kilobytes.Select(size => ((double)size, Statistics.Median(rounds[(target, size)]))).ToList();
            var (slope, _) = Statistics.Line(points);
            rows.Add([target.Name, .. points.Select(p => ScenarioResult.Show(p.Item2)), ScenarioResult.Show(slope)]);
            result.Figures[$"{target.Name}.slope_us_per_kb"] = slope;
            foreach (var (size, cpu) in points)
            {
                result.Figures[$"{target.Name}.cpu_us_at_{size}_kb"] = cpu;
            }
        }
        result.AddTable(["target", .. Kilobytes.Select(size => $"{size} KB"), "slope µs/KB"], rows);
        result.Text.AppendLine("The slope is the least-squares line through the five points.");
        result.Verdicts.Add(budgets.Judge("size_slope_us_per_kb", result.Figures["gateway.slope_us_per_kb"]));
    }
}
