using System.Globalization;
using System.Text;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Load;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Reporting;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Scenarios;

/// <summary>Looks by meaning among many questions of one partition: how long each takes, and what they do to other requests.</summary>
/// <remarks>
/// On trial (<c>shadow</c>), so that every question asked is embedded, searched, compared and decided upon, and then asked upstream: none is ever served, which would
/// make the next one cheaper. The time of a look is the gateway's own histogram; what its caller waits is seen from outside.
/// </remarks>
internal sealed class SemanticScenario : IScenario
{
    private const int BodyBytes = 1200;
    private const int FillingConnections = 16;
    private const int LookingConnections = 64;
    private const string LookResults = "aigateway_cache_semantic_looks_total";
    private const string LookTime = "aigateway_cache_semantic_look_duration_seconds";

    // Of both kinds every question comes once before one comes again: these have no divisor in common with how many there are.
    private const int KeptStep = 7919;
    private const int AskedStep = 10007;

    private static readonly TimeSpan FillingLimit = TimeSpan.FromMinutes(5);

    public string Name => "semantic";

    public async Task<ScenarioResult> RunAsync(ScenarioContext context)
    {
        var options = context.Options;
        var result = new ScenarioResult(Name, string.Create(CultureInfo.InvariantCulture,
            $"Looks by meaning: {options.Looks}/s among {options.Entries} questions, {options.Rate}/s other requests of {BodyBytes} B; {options.Rounds} alternating rounds of {options.Window.TotalSeconds} s"));
        List<Target> upstreams = [await context.Starter.StartAnswerUpstreamAsync(), await context.Starter.StartSimulatorAsync()];
        try
        {
            foreach (var embedder in (string[])["static", "sentence"])
            {
                await RunAsync(embedder, upstreams[0], upstreams[1], context, result);
            }
        }
        finally
        {
            await ScenarioContext.StopAsync(upstreams, result);
        }
        result.Text.AppendLine("A look is embedding and the wait for it, search, facts and decision, as the gateway's histogram has it: its percentiles are bounds of buckets, over all rounds. What the caller waits holds the call upstream as well; medians over the rounds.");
        if (result.Failures.Count == 0)
        {
            result.Verdicts.Add(context.Budgets.Judge("semantic_static_look_p99_ms", result.Figures["static.looks alone.look_p99_ms"]));
            result.Verdicts.Add(context.Budgets.Judge("semantic_sentence_look_p99_ms", result.Figures["sentence.both.look_p99_ms"]));
            result.Verdicts.Add(context.Budgets.Judge("semantic_others_added_p99_ms", result.Figures["sentence.both.others_p99_ms"] - result.Figures["sentence.others alone.others_p99_ms"]));
        }
        return result;
    }

    private static async Task RunAsync(string embedder, Target direct, Target simulator, ScenarioContext context, ScenarioResult result)
    {
        var options = context.Options;
        var gateway = await context.Starter.StartGatewayAsync(direct, GatewayConfiguration.Comparing(embedder, $"http://{simulator.Address}", options.Entries + Questions.Count));
        try
        {
            if (!await FillAsync(gateway, options, result))
            {
                return;
            }
            context.WarmUp([gateway], BodyBytes, result);
            var others = context.Plan(gateway, BodyBytes, options.Connections, options.Window);
            var looks = ScenarioContext.Plan(gateway, Sequence(gateway, Questions.Asked, AskedStep), LookingConnections, options.Window);
            List<Kind> kinds = [new("others alone", others, null), new("looks alone", null, looks), new("both", others, looks)];
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var kind in kinds)
                {
                    Run(kind, gateway, options, $"{embedder}, {kind.Name}", result);
                    ScenarioContext.Say($"round {round} {embedder}, {kind.Name}: others p99 {kind.OthersMilliseconds(99):0.000} ms, looks p99 up to {kind.Times?.Percentile(99) * 1000} ms, with the call {kind.LooksMilliseconds(99):0.000} ms");
                }
            }
            Summarise(embedder, kinds, PrometheusText.Sum(Metrics(gateway), "aigateway_cache_semantic_entries"), result);
        }
        finally
        {
            await ScenarioContext.StopAsync([gateway], result);
        }
    }

    private static void Run(Kind kind, Target gateway, LoadTestOptions options, string name, ScenarioResult result)
    {
        var before = Metrics(gateway);
        var looking = kind.Looks is { } looks ? Task.Factory.StartNew(() => RequestLoop.RunOpen(looks, options.Looks), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default) : null;
        if (kind.Others is { } others)
        {
            var load = RequestLoop.RunOpen(others, options.Rate);
            ScenarioContext.NoteErrors(name, load, result);
            kind.OtherLoads.Add(load);
        }
        if (looking is null)
        {
            return;
        }
        var looked = looking.GetAwaiter().GetResult();
        ScenarioContext.NoteErrors(name, looked, result);
        kind.LookLoads.Add(looked);
        var after = Metrics(gateway);
        var times = BucketedTimes.Read(after, LookTime).Since(BucketedTimes.Read(before, LookTime));
        kind.Times = kind.Times is { } earlier ? earlier.And(times) : times;
        if (times.Count != looked.AnsweredInAll)
        {
            result.Failures.Add($"{name}: {times.Count} looks for {looked.AnsweredInAll} questions; {Results(before, after)}");
        }
    }

    /// <summary>What looks came to between two readings.</summary>
    private static string Results(string before, string after) => string.Join(", ", ((string[])["busy", "failed", "not_ready", "no_text", "too_long", "not_representable"])
        .Select(word => $"{word} {PrometheusText.Sum(after, LookResults, $"result=\"{word}\"") - PrometheusText.Sum(before, LookResults, $"result=\"{word}\"")}"));

    /// <summary>Asks until the index holds as many questions as are wanted; more are asked than that, because those whose answers checks call wrong go.</summary>
    private static async Task<bool> FillAsync(Target gateway, LoadTestOptions options, ScenarioResult result)
    {
        var began = TimeProvider.System.GetTimestamp();
        // The embedder is loaded aside: what comes before is a plain miss, whose question is kept nowhere.
        for (var number = 0; Entries() < 1; number++)
        {
            Probe.Send(gateway.Address, Question(gateway, $"Is the table of words number {number} ready to be looked at?"));
            await Task.Delay(20);
            if (TimeProvider.System.GetElapsedTime(began) > FillingLimit)
            {
                result.Failures.Add($"the gateway compares no questions; its output: {gateway.Process.Output}");
                return false;
            }
        }
        var plan = ScenarioContext.Plan(gateway, Sequence(gateway, Questions.Kept, KeptStep), FillingConnections, TimeSpan.FromSeconds(1));
        double before;
        do
        {
            before = Entries();
            ScenarioContext.NoteErrors("filling", RequestLoop.RunClosed(plan), result);
        }
        while (Entries() < options.Entries && Entries() > before);
        ScenarioContext.Say($"{Entries()} questions in the index after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s");
        if (Entries() < options.Entries)
        {
            result.Failures.Add($"the index holds {Entries()} questions, {options.Entries} are wanted");
        }
        return Entries() >= options.Entries;

        double Entries() => PrometheusText.Sum(Metrics(gateway), "aigateway_cache_semantic_entries");
    }

    private static byte[] Question(Target gateway, string question) => ChatBytes.Question(gateway.Address.ToString(), GatewayConfiguration.ComparedAlias, question);

    private static ListedRequests Sequence(Target gateway, Func<int, string> question, int step) =>
        new([.. Enumerable.Range(0, Questions.Count).Select(number => Question(gateway, question((int)((long)number * step % Questions.Count))))]);

    private static string Metrics(Target gateway)
    {
        var admin = gateway.AdminAddress ?? throw new InvalidOperationException("What takes the gateway's place says nothing of its looks.");
        return Encoding.UTF8.GetString(Probe.Send(admin, ChatBytes.Get(admin.ToString(), "/metrics")).Body);
    }

    private static void Summarise(string embedder, List<Kind> kinds, double entries, ScenarioResult result)
    {
        static string Show(double value) => double.IsNaN(value) ? "-" : value.ToString("0.###", CultureInfo.InvariantCulture);
        result.Figures[$"{embedder}.entries"] = entries;
        result.AddTable(
            [$"{embedder}, {entries:#,0} questions at the end", "looks", "look p50 ms, at most", "look p99 ms, at most", "p50 ms with the call", "p99 ms with the call", "others p50 ms", "others p99 ms"],
            kinds.Select(kind => (IReadOnlyList<string>)
            [
                kind.Name,
                kind.Times is { } times ? $"{times.Count}" : "-",
                .. new[]
                {
                    kind.LookMilliseconds(50), kind.LookMilliseconds(99), kind.LooksMilliseconds(50), kind.LooksMilliseconds(99), kind.OthersMilliseconds(50), kind.OthersMilliseconds(99),
                }.Select(Show),
            ]));
        foreach (var kind in kinds)
        {
            Note("look_p50_ms", kind.LookMilliseconds(50));
            Note("look_p99_ms", kind.LookMilliseconds(99));
            Note("asked_p99_ms", kind.LooksMilliseconds(99));
            Note("others_p50_ms", kind.OthersMilliseconds(50));
            Note("others_p99_ms", kind.OthersMilliseconds(99));

            void Note(string figure, double value)
            {
                if (!double.IsNaN(value))
                {
                    result.Figures[$"{embedder}.{kind.Name}.{figure}"] = value;
                }
            }
        }
    }

    /// <summary>One kind of window, and what its rounds saw.</summary>
    /// <param name="Name">Name in the report.</param>
    /// <param name="Others">The other requests; null for none.</param>
    /// <param name="Looks">The questions; null for none.</param>
    private sealed record Kind(string Name, LoadPlan? Others, LoadPlan? Looks)
    {
        public List<LoadResult> OtherLoads { get; } = [];

        public List<LoadResult> LookLoads { get; } = [];

        /// <summary>Times of the looks themselves, of all rounds; null before the first.</summary>
        public BucketedTimes? Times { get; set; }

        public double LookMilliseconds(double percent) => Times is { } times ? times.Percentile(percent) * 1000 : double.NaN;

        public double OthersMilliseconds(double percent) => Median(OtherLoads, percent);

        /// <summary>The call upstream included.</summary>
        public double LooksMilliseconds(double percent) => Median(LookLoads, percent);

        private static double Median(List<LoadResult> loads, double percent) => Statistics.Median(loads.Select(load => load.Latencies.Percentile(percent) / 1e6));
    }
}
