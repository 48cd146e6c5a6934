using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>What scenarios share.</summary>
internal sealed class ScenarioContext(LoadTestOptions options, TargetStarter starter, Budgets budgets)
{
    /// <summary>Time at the start of each window in which connections are made and nothing is counted.</summary>
    private static readonly TimeSpan Ramp = TimeSpan.FromSeconds(0.5);

    // Tier 1 begins after 30 calls and a pause; with its instrumented tier in between, figures stand still after some 50,000 requests.
    private const long WarmRequests = 60_000;
    private const int MostWarmups = 4;

    public LoadTestOptions Options => options;

    public TargetStarter Starter => starter;

    public Budgets Budgets => budgets;

    /// <summary>Upstream, YARP, gateway, and what the options add, all ready.</summary>
    public async Task<List<Target>> StartAllAsync()
    {
        var upstream = await starter.StartAnswerUpstreamAsync();
        List<Target> targets = [upstream, await starter.StartYarpAsync(upstream), await starter.StartGatewayAsync(upstream)];
        if (options.HasVariant)
        {
            targets.Add(await starter.StartGatewayAsync(upstream, variant: true));
        }
        if (options.Reference && await starter.StartNginxProxyAsync(upstream) is { } proxy)
        {
            targets.Add(proxy);
        }
        return targets;
    }

    /// <summary>Stops in reverse order of start. The gateway promises to end with 0 when it is told to. A second call does nothing.</summary>
    public static async Task StopAsync(IReadOnlyList<Target> targets, ScenarioResult result)
    {
        foreach (var target in targets.Reverse().Where(t => t.Process.ExitCode is null))
        {
            await target.DisposeAsync();
            if (target.IsGateway && target.Process.ExitCode != 0)
            {
                result.Failures.Add($"{target.Name} ended with exit code {target.Process.ExitCode} on SIGTERM; its last lines: {target.Process.Output}");
            }
        }
    }

    /// <summary>A window's plan for a chat request of <paramref name="bodyBytes"/> to <paramref name="target"/>.</summary>
    public LoadPlan Plan(Target target, int bodyBytes, int connections, TimeSpan duration)
    {
        var request = new SameRequest(ChatBytes.Request(target.Address.ToString(), ChatBytes.Alias, bodyBytes, stream: false));
        return Plan(target, request, connections, duration) with { ExpectedBodyLength = ChatBytes.Answer.Length };
    }

    /// <summary>A window's plan for other requests, whose answers may be of any length.</summary>
    public static LoadPlan Plan(Target target, IRequestSource requests, int connections, TimeSpan duration) =>
        new(target.Address, requests, connections, Ramp, duration, [target.Process.Id, Environment.ProcessId], ExpectedBodyLength: null);

    /// <summary>Sends one request and looks at the whole answer: the body must be the upstream's, and the gateway must have priced it, or it is not measured with everything on.</summary>
    public static void CheckAnswer(Target target, ScenarioResult result)
    {
        var answer = Probe.Send(target.Address, ChatBytes.Request(target.Address.ToString(), ChatBytes.Alias, 1200, stream: false));
        if (answer.Status != 200 || System.Text.Encoding.UTF8.GetString(answer.Body) != ChatBytes.Answer)
        {
            result.Failures.Add($"{target.Name}: one request was answered with {answer.Status} and a body other than the upstream's: {System.Text.Encoding.UTF8.GetString(answer.Body)}");
        }
        // 274 input tokens at 0.15 and 36 output tokens at 0.60 USD per million.
        if (target.IsGateway && (!decimal.TryParse(answer.Header("x-gateway-cost"), out var cost) || cost != 0.0000627m))
        {
            result.Failures.Add($"{target.Name}: x-gateway-cost is '{answer.Header("x-gateway-cost")}', expected 0.0000627");
        }
    }

    /// <summary>Loads each target without measuring, so that the JIT's tiers have settled: for the time asked for, and longer where few requests were answered in it.</summary>
    public void WarmUp(IEnumerable<Target> targets, int bodyBytes, ScenarioResult result, Dictionary<Target, long>? counts = null)
    {
        foreach (var target in targets)
        {
            var answered = WarmUp(target.Name, Plan(target, bodyBytes, options.Connections, options.Warmup), result);
            counts?[target] += answered;
        }
    }

    /// <summary>The same with a plan of its own; how many requests were answered.</summary>
    public static long WarmUp(string name, LoadPlan plan, ScenarioResult result)
    {
        long answered = 0;
        for (var times = 0; times < MostWarmups && answered < WarmRequests; times++)
        {
            var load = RequestLoop.RunClosed(plan);
            NoteErrors(name, load, result);
            answered += load.AnsweredInAll;
        }
        Say($"warm-up {name}: {answered} requests");
        return answered;
    }

    /// <summary>Notes errors of a window as failures.</summary>
    public static void NoteErrors(Target target, LoadResult load, ScenarioResult result) => NoteErrors(target.Name, load, result);

    /// <summary>Notes errors of a window as failures.</summary>
    public static void NoteErrors(string name, LoadResult load, ScenarioResult result)
    {
        if (load.Errors > 0)
        {
            result.Failures.Add($"{name}: {load.Errors} errors, the first: {load.FirstError}");
        }
    }

    /// <summary>Progress, to standard error.</summary>
    public static void Say(string line) => Console.Error.WriteLine($"  {line}");
}
