using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>CPU per request and throughput at full load, gateway against plain YARP in the same run.</summary>
internal sealed class ChatScenario : IScenario
{
    private const int BodyBytes = 1200;

    public string Name => "chat";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var options = context.Options;
        var result = new ScenarioResult(Name, $"Full load: {BodyBytes} B chat request, {options.Connections} connections, {options.Rounds} alternating rounds of {options.Window.TotalSeconds} s, medians");
        var targets = await context.StartAllAsync();
        try
        {
            foreach (var target in targets)
            {
                ScenarioContext.CheckAnswer(target, result);
            }
            var answered = targets.ToDictionary(t => t, _ => 1L);
            context.WarmUp(targets, BodyBytes, result, answered);
            var rows = targets.ToDictionary(t => t, _ => new List<Round>());
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var target in targets)
                {
                    var load = RequestLoop.RunClosed(context.Plan(target, BodyBytes, options.Connections, options.Window));
                    ScenarioContext.NoteErrors(target, load, result);
                    answered[target] += load.AnsweredInAll;
                    rows[target].Add(new Round(load, ProcessUsage.ResidentBytes(target.Process.Id)));
                    ScenarioContext.Say($"round {round} {target.Name}: {load.RequestsPerSecond:0} requests/s, {load.CpuPerRequest(0):0.0} us CPU, p99 {load.Latencies.Percentile(99) / 1000} us");
                }
            }
            Summarise(rows, result, context.Budgets);
            await ScenarioContext.StopAsync(targets, result);
            foreach (var target in targets)
            {
                NoteRecords(target, answered[target], result);
            }
        }
        finally
        {
            await ScenarioContext.StopAsync(targets, result);
        }
        return result;
    }

    /// <summary>Records in the gateway's file, read after it has ended: fewer than answers means that the sink dropped some, which it may under overload and says in a metric.</summary>
    private static void NoteRecords(Target target, long answered, ScenarioResult result)
    {
        if (target.RecordsFile is { } file && File.Exists(file))
        {
            var lines = File.ReadLines(file).LongCount();
            result.Figures[$"{target.Name}.records_share"] = (double)lines / answered;
            result.Text.AppendLine($"{target.Name}: {lines:#,0} records for {answered:#,0} answers.").AppendLine();
            if (lines > answered)
            {
                result.Failures.Add($"{target.Name}: {lines} records for {answered} answers");
            }
        }
    }

    private static void Summarise(Dictionary<Target, List<Round>> rows, ScenarioResult result, Budgets budgets)
    {
        result.AddTable(
            ["target", "requests/s", "CPU µs/request", "lowest to highest", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "errors", "RSS MB", "generator CPU µs/request"],
            rows.Select(row => (IReadOnlyList<string>)
            [
                row.Key.Name,
                ScenarioResult.Show(Median(row.Value, r => r.Load.RequestsPerSecond)),
                ScenarioResult.Show(Median(row.Value, r => r.Load.CpuPerRequest(0))),
                $"{ScenarioResult.Show(row.Value.Min(r => r.Load.CpuPerRequest(0)))} to {ScenarioResult.Show(row.Value.Max(r => r.Load.CpuPerRequest(0)))}",
                ScenarioResult.Show(Median(row.Value, r => r.Load.Latencies.Percentile(50) / 1000.0)),
                ScenarioResult.Show(Median(row.Value, r => r.Load.Latencies.Percentile(90) / 1000.0)),
                ScenarioResult.Show(Median(row.Value, r => r.Load.Latencies.Percentile(99) / 1000.0)),
                ScenarioResult.Show(Median(row.Value, r => r.Load.Latencies.Percentile(99.9) / 1000.0)),
                $"{row.Value.Sum(r => r.Load.Errors)}",
                ScenarioResult.Show(Median(row.Value, r => r.ResidentBytes / 1048576.0)),
                ScenarioResult.Show(Median(row.Value, r => r.Load.CpuPerRequest(1))),
            ]));
        var cpu = new Dictionary<string, double>(StringComparer.Ordinal);
        var throughput = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (target, rounds) in rows)
        {
            cpu[target.Name] = Median(rounds, r => r.Load.CpuPerRequest(0));
            throughput[target.Name] = Median(rounds, r => r.Load.RequestsPerSecond);
            result.Figures[$"{target.Name}.cpu_us_per_request"] = cpu[target.Name];
            result.Figures[$"{target.Name}.requests_per_second"] = throughput[target.Name];
            result.Figures[$"{target.Name}.p50_us"] = Median(rounds, r => r.Load.Latencies.Percentile(50) / 1000.0);
            result.Figures[$"{target.Name}.p99_us"] = Median(rounds, r => r.Load.Latencies.Percentile(99) / 1000.0);
            result.Figures[$"{target.Name}.rss_mb"] = Median(rounds, r => r.ResidentBytes / 1048576.0);
        }
        foreach (var name in cpu.Keys.Where(n => n is not ("gateway" or "yarp")))
        {
            result.Text.AppendLine($"{name}: {ScenarioResult.Show(cpu[name] / cpu["yarp"])} × the CPU per request of plain YARP.").AppendLine();
        }
        result.Verdicts.Add(budgets.Judge("cpu_ratio_vs_yarp", cpu["gateway"] / cpu["yarp"]));
        result.Verdicts.Add(budgets.Judge("cpu_us_per_request", cpu["gateway"]));
        result.Verdicts.Add(budgets.Judge("throughput_ratio", throughput["gateway"] / throughput["yarp"]));
    }

    private static double Median(List<Round> rounds, Func<Round, double> figure) => Statistics.Median(rounds.Select(figure));

    private sealed record Round(LoadResult Load, long ResidentBytes);
}
