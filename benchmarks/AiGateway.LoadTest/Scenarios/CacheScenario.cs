using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>Exact hits: throughput and CPU beside misses through the simulator and beside the same alias without a cache, then latency at a fixed rate.</summary>
internal sealed class CacheScenario : IScenario
{
    private const int BodyBytes = 1200;

    // More than a processor's nearest caches hold, fewer than the gateway's memory keeps beside all misses of the run.
    private const int Prompts = 1000;

    private static readonly byte[] Hit = "x-gateway-cache: hit\r\n"u8.ToArray();
    private static readonly byte[] Miss = "x-gateway-cache: miss\r\n"u8.ToArray();

    public string Name => "cache";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var options = context.Options;
        var result = new ScenarioResult(Name, string.Create(CultureInfo.InvariantCulture,
            $"Exact cache: {BodyBytes} B chat requests, {options.Connections} connections; then {options.Rate} requests/s; {options.Rounds} alternating rounds of {options.Window.TotalSeconds} s, medians"));
        var targets = new List<Target>();
        try
        {
            targets.Add(await context.Starter.StartSimulatorAsync());
            targets.Add(await context.Starter.StartAnswerUpstreamAsync());
            targets.Add(await context.Starter.StartGatewayAsync(targets[0], GatewayConfiguration.Caching));
            var gateway = targets[2];
            Fill(gateway);
            CheckAnswers(gateway, result);
            RunClosed(Closed(gateway, options), context, result);
            RunOpen(Open(targets[1], gateway, options), context, result);
        }
        finally
        {
            await ScenarioContext.StopAsync(targets, result);
        }
        return result;
    }

    private static string Prompt(int number) => string.Create(CultureInfo.InvariantCulture, $"#{number:000000000000}#");

    // "true" is shorter than "false" by one: so the prompt is the same, and with it the key.
    private static byte[] Request(Target gateway, string alias, string opening, bool stream) =>
        ChatBytes.Request(gateway.Address.ToString(), alias, stream ? BodyBytes - 1 : BodyBytes, stream, opening: opening);

    // Numbers beyond those that misses count up to.
    private static byte[] Kept(Target gateway, int number, bool stream) => Request(gateway, GatewayConfiguration.CachedAlias, Prompt(500_000_000 + number), stream);

    private static ListedRequests Hits(Target gateway, bool stream) => new([.. Enumerable.Range(0, Prompts).Select(number => Kept(gateway, number, stream))]);

    /// <summary>What full load is put on: whose requests, and what the head of each answer must hold.</summary>
    private static List<Case> Closed(Target gateway, LoadTestOptions options)
    {
        LoadPlan Plan(IRequestSource requests) => ScenarioContext.Plan(gateway, requests, options.Connections, options.Window);
        return
        [
            new("hit", Plan(Hits(gateway, stream: false)) with { ExpectedHead = Hit }),
            new("miss", Plan(new NumberedRequests(Request(gateway, GatewayConfiguration.CachedAlias, NumberedRequests.Mark, stream: false))) with { ExpectedHead = Miss }),
            new("caching off", Plan(new NumberedRequests(Request(gateway, ChatBytes.Alias, NumberedRequests.Mark, stream: false)))),
        ];
    }

    private static List<Case> Open(Target direct, Target gateway, LoadTestOptions options) =>
    [
        new("direct, no gateway", ScenarioContext.Plan(direct, new SameRequest(Request(direct, ChatBytes.Alias, "", stream: false)), options.Connections, options.Window)),
        new("hit", ScenarioContext.Plan(gateway, Hits(gateway, stream: false), options.Connections, options.Window) with { ExpectedHead = Hit }),
        new("hit, streamed", ScenarioContext.Plan(gateway, Hits(gateway, stream: true), options.Connections, options.Window) with { ExpectedHead = Hit }),
    ];

    private static void Fill(Target gateway)
    {
        for (var number = 0; number < Prompts; number++)
        {
            Probe.Send(gateway.Address, Kept(gateway, number, stream: false));
        }
    }

    /// <summary>One answer is looked at whole, as it was made, as a hit and as a streamed hit.</summary>
    private static void CheckAnswers(Target gateway, ScenarioResult result)
    {
        var fresh = Probe.Send(gateway.Address, Kept(gateway, Prompts, stream: false));
        var hit = Again();
        var streamed = Probe.Send(gateway.Address, Kept(gateway, Prompts, stream: true));
        if (fresh.Status != 200 || fresh.Header("x-gateway-cache") != "miss")
        {
            result.Failures.Add($"the first answer has status {fresh.Status} and x-gateway-cache '{fresh.Header("x-gateway-cache")}', expected a miss");
            return;
        }
        if (hit.Header("x-gateway-cache") != "hit" || hit.Header("x-gateway-cost") != "0" || Words(hit.Body) != Words(fresh.Body))
        {
            result.Failures.Add($"the second answer is no hit of the first one for nothing: {hit.Head}{Encoding.UTF8.GetString(hit.Body)}");
        }
        if (streamed.Header("x-gateway-cache") != "hit" || !Encoding.UTF8.GetString(streamed.Body).EndsWith("data: [DONE]\n\n", StringComparison.Ordinal))
        {
            result.Failures.Add($"the streamed answer is no whole hit: {streamed.Head}{Encoding.UTF8.GetString(streamed.Body)}");
        }

        // An answer is kept when it has gone out: who asks before that shares the call, and is no hit yet.
        Probe.Answer Again()
        {
            var answer = Probe.Send(gateway.Address, Kept(gateway, Prompts, stream: false));
            for (var times = 0; times < 100 && answer.Header("x-gateway-cache") != "hit"; times++)
            {
                Thread.Sleep(5);
                answer = Probe.Send(gateway.Address, Kept(gateway, Prompts, stream: false));
            }
            return answer;
        }

        static string Words(byte[] body)
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("choices").GetRawText() + document.RootElement.GetProperty("usage").GetRawText();
        }
    }

    private static void RunClosed(List<Case> cases, ScenarioContext context, ScenarioResult result)
    {
        var options = context.Options;
        foreach (var one in cases)
        {
            ScenarioContext.WarmUp(one.Name, one.Plan with { Duration = options.Warmup }, result);
        }
        var rounds = Run(cases, context, result, static (plan, _) => RequestLoop.RunClosed(plan));
        result.AddTable(
            ["full load", "requests/s", "CPU µs/request", "lowest to highest", "p50 µs", "p99 µs", "generator CPU µs/request"],
            cases.Select(one => (IReadOnlyList<string>)
            [
                one.Name,
                ScenarioResult.Show(Median(rounds[one], static load => load.RequestsPerSecond)),
                ScenarioResult.Show(Median(rounds[one], static load => load.CpuPerRequest(0))),
                $"{ScenarioResult.Show(rounds[one].Min(static load => load.CpuPerRequest(0)))} to {ScenarioResult.Show(rounds[one].Max(static load => load.CpuPerRequest(0)))}",
                ScenarioResult.Show(Microseconds(rounds[one], 50)),
                ScenarioResult.Show(Microseconds(rounds[one], 99)),
                ScenarioResult.Show(Median(rounds[one], static load => load.CpuPerRequest(1))),
            ]));
        foreach (var one in cases)
        {
            result.Figures[$"{one.Name}.requests_per_second"] = Median(rounds[one], static load => load.RequestsPerSecond);
            result.Figures[$"{one.Name}.cpu_us_per_request"] = Median(rounds[one], static load => load.CpuPerRequest(0));
        }
        result.Verdicts.Add(context.Budgets.Judge("cache_hit_throughput_ratio", result.Figures["hit.requests_per_second"] / result.Figures["miss.requests_per_second"]));
    }

    private static void RunOpen(List<Case> cases, ScenarioContext context, ScenarioResult result)
    {
        ScenarioContext.WarmUp(cases[2].Name, cases[2].Plan with { Duration = context.Options.Warmup }, result);
        var rounds = Run(cases, context, result, RequestLoop.RunOpen);
        result.AddTable(
            ["fixed rate", "requests/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "CPU µs/request"],
            cases.Select(one => (IReadOnlyList<string>)
            [
                one.Name,
                ScenarioResult.Show(Median(rounds[one], static load => load.RequestsPerSecond)),
                .. new[] { 50, 90, 99, 99.9 }.Select(p => (Microseconds(rounds[one], p) / 1000).ToString("0.000", CultureInfo.InvariantCulture)),
                ScenarioResult.Show(Median(rounds[one], static load => load.CpuPerRequest(0))),
            ]));
        foreach (var one in cases)
        {
            result.Figures[$"{one.Name}.p50_ms"] = Microseconds(rounds[one], 50) / 1000;
            result.Figures[$"{one.Name}.p99_ms"] = Microseconds(rounds[one], 99) / 1000;
        }
        result.Verdicts.Add(context.Budgets.Judge("cache_hit_p99_ms", result.Figures["hit.p99_ms"]));
        result.Verdicts.Add(context.Budgets.Judge("cache_hit_streamed_p99_ms", result.Figures["hit, streamed.p99_ms"]));
    }

    private static Dictionary<Case, List<LoadResult>> Run(List<Case> cases, ScenarioContext context, ScenarioResult result, Func<LoadPlan, double, LoadResult> load)
    {
        var rounds = cases.ToDictionary(static one => one, static _ => new List<LoadResult>());
        for (var round = 1; round <= context.Options.Rounds; round++)
        {
            foreach (var one in cases)
            {
                var window = load(one.Plan, context.Options.Rate);
                ScenarioContext.NoteErrors(one.Name, window, result);
                rounds[one].Add(window);
                ScenarioContext.Say($"round {round} {one.Name}: {window.RequestsPerSecond:0} requests/s, {window.CpuPerRequest(0):0.0} us CPU, p99 {window.Latencies.Percentile(99) / 1000} us");
            }
        }
        return rounds;
    }

    private static double Median(List<LoadResult> rounds, Func<LoadResult, double> figure) => Statistics.Median(rounds.Select(figure));

    private static double Microseconds(List<LoadResult> rounds, double percent) => Median(rounds, load => load.Latencies.Percentile(percent) / 1000.0);

    private sealed record Case(string Name, LoadPlan Plan);
}
