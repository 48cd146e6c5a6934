using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>Many open SSE streams: nothing lost, nothing out of order, little added delay, little memory.</summary>
internal sealed class StreamScenario : IScenario
{
    private const int WarmUpStreams = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(4);

    public string Name => "streams";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var options = context.Options;
        var result = new ScenarioResult(Name, $"Streams: {options.Streams} open SSE streams, {1 / Interval.TotalSeconds:0} events/s each, {options.Events} events, opened over {Ramp.TotalSeconds} s");
        var upstream = await context.Starter.StartEventUpstreamAsync(options.Events, Interval);
        List<Target> targets = [upstream, await context.Starter.StartYarpAsync(upstream), await context.Starter.StartGatewayAsync(upstream)];
        if (options.HasVariant)
        {
            targets.Add(await context.Starter.StartGatewayAsync(upstream, variant: true));
        }
        try
        {
            var runs = new List<(Target Target, StreamResult Load, long IdleBytes)>();
            foreach (var target in targets)
            {
                // Two generations of a few streams first: code compiled, pools made; then what grows is the streams' own.
                Run(target, WarmUpStreams, options.Events, TimeSpan.FromSeconds(0.2));
                await Task.Delay(TimeSpan.FromSeconds(2));
                var idle = ProcessUsage.ResidentBytes(target.Process.Id);
                var load = Run(target, options.Streams, options.Events, Ramp);
                runs.Add((target, load, idle));
                ScenarioContext.Say($"{target.Name}: {load.Whole} whole, {load.Errors} errors, delay p99 {load.Delays.Percentile(99) / 1000} us, {(load.PeakResidentBytes - idle) / 1024 / options.Streams} KB a stream");
                if (load.Errors > 0 || load.Whole != options.Streams || load.Delays.Count != (long)options.Streams * options.Events)
                {
                    result.Failures.Add($"{target.Name}: {load.Whole} of {options.Streams} streams whole, {load.Delays.Count} events, {load.Errors} errors, the first: {load.FirstError}");
                }
            }
            Summarise(runs, result, context);
        }
        finally
        {
            await ScenarioContext.StopAsync(targets, result);
        }
        return result;
    }

    private static StreamResult Run(Target target, int streams, int events, TimeSpan ramp) => StreamLoop.Run(
        target.Address,
        ChatBytes.Request(target.Address.ToString(), ChatBytes.Alias, 1200, stream: true),
        streams,
        events,
        ramp,
        ramp + (Interval * events) + TimeSpan.FromSeconds(30),
        target.Process.Id);

    private static void Summarise(List<(Target Target, StreamResult Load, long IdleBytes)> runs, ScenarioResult result, ScenarioContext context)
    {
        static double Milliseconds(StreamResult load, double percent) => load.Delays.Percentile(percent) / 1e6;
        double KilobytesPerStream((Target, StreamResult Load, long IdleBytes) run) => (run.Load.PeakResidentBytes - run.IdleBytes) / 1024.0 / context.Options.Streams;
        result.AddTable(
            ["target", "whole streams", "most open", "events", "p50 ms", "p99 ms", "p99.9 ms", "worst ms", "idle RSS MB", "peak RSS MB", "KB/stream", "CPU µs/event"],
            runs.Select(run => (IReadOnlyList<string>)
            [
                run.Target.Name,
                $"{run.Load.Whole}",
                $"{run.Load.MostOpen}",
                $"{run.Load.Delays.Count}",
                .. new double[] { 50, 99, 99.9, 100 }.Select(p => Milliseconds(run.Load, p).ToString("0.000")),
                ScenarioResult.Show(run.IdleBytes / 1048576.0),
                ScenarioResult.Show(run.Load.PeakResidentBytes / 1048576.0),
                ScenarioResult.Show(KilobytesPerStream(run)),
                ScenarioResult.Show(run.Load.CpuMicroseconds / run.Load.Delays.Count),
            ]));
        foreach (var run in runs)
        {
            result.Figures[$"{run.Target.Name}.p50_ms"] = Milliseconds(run.Load, 50);
            result.Figures[$"{run.Target.Name}.p99_ms"] = Milliseconds(run.Load, 99);
            result.Figures[$"{run.Target.Name}.kb_per_stream"] = KilobytesPerStream(run);
        }
        var gateway = runs[2];
        result.Verdicts.Add(context.Budgets.Judge("stream_added_p99_ms", Milliseconds(gateway.Load, 99) - Milliseconds(runs[0].Load, 99)));
        result.Verdicts.Add(context.Budgets.Judge("kb_per_stream", KilobytesPerStream(gateway)));
    }
}
