using System.Text.Json;
using System.Text.RegularExpressions;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Caching;
using AiGateway.Caching.Levels;
using AiGateway.Caching.Semantic;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Storage;
using AiGateway.Storage.Redis;
using AiGateway.Telemetry;
using AiGateway.TestKit;
using AiGateway.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Telemetry;

/// <summary>Dashboards, alert rules and the documentation name metrics; what they name must exist, with the labels they use.</summary>
public sealed partial class ShippedTelemetryTests
{
    private static readonly MetricDefinition[] All = [.. MetricDefinitions.Default, .. MetricDefinitions.OptIn, .. MetricDefinitions.Runtime];

    // Added by Prometheus to every series, and by the exposition to buckets.
    private static readonly string[] LabelsOfAll = ["instance", "job", "le"];

    private static readonly Dictionary<string, HashSet<string>> LabelsOfSample = SampleNames();

    public static TheoryData<string> Dashboards => [.. Directory.GetFiles(RepositoryRoot.Of("config", "grafana"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Fact]
    public void DocumentedTables_AreThoseOfTheCode()
    {
        var text = File.ReadAllText(RepositoryRoot.Of("docs", "features", "telemetry.md"));
        var tables = MetricTable().Matches(text).Select(match => match.Groups[1].Value.Trim()).ToArray();

        Assert.Equal([TableOf(MetricDefinitions.Default), TableOf(MetricDefinitions.OptIn), TableOf(MetricDefinitions.Runtime)], tables);
    }

    [Fact]
    public void EveryDefinition_HasItsOwnNameAndSaysWhatItIs()
    {
        Assert.Equal(All.Length, All.Select(definition => definition.PrometheusName).Distinct().Count());
        Assert.All(All, definition => Assert.EndsWith(".", definition.Description, StringComparison.Ordinal));
        Assert.All(All, definition => Assert.Equal(definition.Kind == MetricKind.Histogram, definition.Buckets.Length > 0));
        Assert.All(All, definition => Assert.Equal(definition.Buckets.Order(), definition.Buckets));
    }

    [Fact]
    public async Task WhatIsRecorded_CarriesTheLabelsThatAreDefined()
    {
        using var host = new MetricsHost();
        host.Snapshots.Current.Deployments["primary"].State.ObserveLatency(TimeSpan.FromMilliseconds(1));
        host.Metrics.OnReload(new ReloadResult(true, "", default, [], []));
        host.Ledger.Committed(TimeSpan.FromMilliseconds(1));
        host.Ledger.CommitFailed();
        host.Ledger.Damaged(1);
        host.Ledger.Estimated(1);
        host.Metrics.OnSettled(Sample.Completed(host.Snapshots.Current));
        host.Metrics.OnSettled(Sample.Completed(host.Snapshots.Current, exchange =>
        {
            exchange.Outcome = AiGateway.Pipeline.RequestOutcome.CutByUpstream;
            exchange.Cost = AiGateway.Pipeline.Cost.Unknown("no price");
            exchange.Usage = exchange.Usage! with { Estimated = true };
            exchange.Attempts.Add(exchange.Attempts[0]);
        }));
        host.Metrics.OnSettled(Sample.Completed(host.Snapshots.Current, exchange => exchange.Session = new AiGateway.Pipeline.SessionFigures { End = AiGateway.Pipeline.SessionEnd.Idle, Open = TimeSpan.FromMinutes(1), Responses = 3 }));
        var limit = new LimitModel { Id = "each team", Subject = LimitSubject.Team, Except = new HashSet<string>(), Rates = [new LimitRate(LimitMeasure.Requests, 1, TimeSpan.FromMinutes(1))] };
        var limiter = new Limiter(TimeProvider.System);
        var admission = new AdmissionMetrics(host.MeterFactory, limiter, TimeProvider.System);
        admission.Learned("smart", new Demand(1, 10, 10, 0), 9, 11);
        limiter.RestoreSpend(new LimitModel { Id = "budget", Subject = LimitSubject.Team, Except = new HashSet<string>(), Rates = [new LimitRate(LimitMeasure.Spend, 1, TimeSpan.FromDays(1))], Budget = new BudgetModel([], null) }, "/red", TimeSpan.Zero, 1);
        var webhooks = new WebhookMetrics(host.MeterFactory);
        webhooks.Sent("finance", succeeded: true);
        webhooks.Waiting("finance", 1);
        admission.Decided(new LimitRefusal(limit, limit.Rates[0], 1, TimeSpan.Zero), null);
        new QueueMetrics(host.MeterFactory).Ended(RequestPriority.Batch, QueueOutcome.TimedOut, TimeSpan.FromSeconds(1));
        var sharing = new SharingMetrics(host.MeterFactory);
        sharing.FellBack(limit);
        sharing.Lost(1);
        sharing.ObserveUnsettled(() => 1);
        sharing.ObserveLeases(() => [(limit, limit.Rates[0], 1)]);
        new RedisMetrics(host.MeterFactory, MetricDefinitions.LimitsStoreCallDuration).Called("hold", "ok", TimeSpan.FromMilliseconds(1));
        new RedisMetrics(host.MeterFactory, MetricDefinitions.CacheStoreCallDuration).Called("get", "ok", TimeSpan.FromMilliseconds(1));
        var levels = new CacheLevelMetrics(host.MeterFactory);
        levels.LookedUp(found: true);
        levels.Removed(RemovalReason.Room);
        levels.TooLarge();
        var memory = new MemoryLevel(1 << 20, new PurgeTable(), TimeProvider.System, levels);
        var cache = new CacheMetrics(host.MeterFactory, new FlightTable(), memory);
        cache.Kept(KeepResult.Kept);
        cache.Unreadable();
        cache.Refreshed(AiGateway.Caching.Refreshing.RefreshResult.Asked);
        cache.Waited(AiGateway.Caching.Nodes.NodeWait.Kept);
        cache.OnSettled(Sample.Completed(host.Snapshots.Current, static exchange => exchange.Cache = new AiGateway.Pipeline.CacheFigures(AiGateway.Pipeline.CacheStatus.Hit) { Saved = 1 }));
        var semantic = new SemanticMetrics(host.MeterFactory);
        semantic.LookEnded("smart", TimeSpan.FromMilliseconds(1));
        semantic.Removed(SharedRemoval.Age, 1);
        semantic.Shared(EvidenceEvent.Sent);
        semantic.Vetoed(AiGateway.Semantics.Facts.FactKind.Number);
        semantic.Checked("smart", SemanticCheckResult.Right, isTrusted: true);
        semantic.Embedded("smart", AiGateway.Caching.Semantic.Embedders.EmbeddingResult.Embedded);
        semantic.Spent("smart", SemanticMoney.Judge, 1);
        semantic.OnSettled(Sample.Completed(host.Snapshots.Current, static exchange => exchange.Cache = new AiGateway.Pipeline.CacheFigures(AiGateway.Pipeline.CacheStatus.Miss)
        {
            Semantic = new AiGateway.Pipeline.SemanticFigures(AiGateway.Pipeline.SemanticResult.Vetoed),
        }));
        var comparing = Loading.Good("""
            providers: { simulated: {} }
            deployments: { sim: { provider: simulated } }
            aliases: { smart: { groups: [{ deployments: [sim] }], cache: { semantic: { mode: on, embedder: static } } } }
            """);
        using var aliases = new SemanticAliases(new SnapshotHolder(comparing), new AcceptanceFile("/nowhere/" + AcceptanceFile.Name), new SemanticIndexes(null, null, new PurgeTable(), TimeProvider.System, semantic), new AiGateway.Pipeline.OwnRequests(), semantic, TimeProvider.System, NullLogger<SemanticAliases>.Instance);
        await aliases.StartAsync(TestContext.Current.CancellationToken);
        Assert.Single(new SemanticReport(aliases, semantic, host.MeterFactory).All());
        host.Credentials.Fetched(AiGateway.Configuration.CredentialsKind.Aws, TimeSpan.FromSeconds(1), succeeded: true);
        host.Credentials.ExpiryOf = _ => DateTimeOffset.MaxValue;
        host.Snapshots.Overlay(RuntimeSet.Empty);
        new RuntimeMetrics(host.MeterFactory, host.Snapshots).Changed(EntryKind.Key, "create");
        host.Store.Bytes = () => 1;
        host.Store.Kept(1);
        host.Store.Deleted(1);
        host.Store.ReadFailed();
        var text = host.Scrape();

        foreach (var definition in MetricDefinitions.Default.Where(definition => definition != MetricDefinitions.SeriesOverflow))
        {
            var name = definition.Kind == MetricKind.Histogram ? definition.PrometheusName + "_count" : definition.PrometheusName;
            var samples = Regex.Matches(text, $@"^{name}(?:\{{(.*)\}})? ", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
            Assert.True(samples.Count > 0, $"{name} is not recorded");
            var labels = samples.SelectMany(sample => LabelName().Matches(sample.Groups[1].Value)).Select(match => match.Groups[1].Value).Distinct().Order();
            Assert.Equal(definition.Labels.Select(PrometheusName.OfLabel).Order(), labels);
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Dashboard_NamesMetricsAndLabelsThatExist(string file)
    {
        var expressions = ExpressionsOf(file);

        Assert.NotEmpty(expressions);
        foreach (var expression in expressions)
        {
            AssertNamesExist(expression);
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public async Task DashboardsExpressions_AreValidPromQl(string file)
    {
        Promtool.SkipIfMissing();
        // Grafana's own variables stand where PromQL wants durations.
        var rules = ExpressionsOf(file).Select((expression, i) => new { record = $"dashboard:expression:{i}", expr = expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$__range", "6h", StringComparison.Ordinal) });
        var path = Path.Combine(Path.GetTempPath(), $"aigateway-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(new { groups = new[] { new { name = "dashboard", rules } } }), TestContext.Current.CancellationToken);
        try
        {
            var (exitCode, output) = await Promtool.RunAsync(null, "check", "rules", path);
            Assert.True(exitCode == 0, output);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Dashboards_AreForEachKindOfUserAndAskForADataSource()
    {
        Assert.Equal(["application-developers.json", "finance.json", "platform.json"], Dashboards.Select(row => row.Data));
        foreach (var row in Dashboards)
        {
            using var dashboard = Read(row.Data);
            var root = dashboard.RootElement;
            Assert.Equal("datasource", root.GetProperty("templating").GetProperty("list")[0].GetProperty("type").GetString());
            var panels = root.GetProperty("panels").EnumerateArray().ToArray();
            Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
            Assert.All(panels.Where(panel => panel.GetProperty("type").GetString() != "row"), panel => Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString()));
        }
    }

    [Theory]
    [InlineData("alerts.yaml")]
    [InlineData("alerts.test.yaml")]
    public void Alerts_NameMetricsAndLabelsThatExist(string file) =>
        AssertNamesExist(File.ReadAllText(RepositoryRoot.Of("config", "prometheus", file)));

    [Fact]
    public void EveryAlert_HasATest()
    {
        var tests = File.ReadAllText(RepositoryRoot.Of("config", "prometheus", "alerts.test.yaml"));
        var alerts = Regex.Matches(File.ReadAllText(RepositoryRoot.Of("config", "prometheus", "alerts.yaml")), @"- alert: (\w+)", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => match.Groups[1].Value).ToArray();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert => Assert.Matches($@"alertname: {alert}\s+exp_alerts:\s+- exp_labels", tests));
    }

    [Theory]
    [InlineData("check", "config", "prometheus.yaml")]
    [InlineData("check", "rules", "alerts.yaml")]
    [InlineData("test", "rules", "alerts.test.yaml")]
    public async Task PrometheusFiles_PleasePromtool(string verb, string what, string file)
    {
        Promtool.SkipIfMissing();

        var (exitCode, output) = await Promtool.RunAsync(null, verb, what, RepositoryRoot.Of("config", "prometheus", file));

        Assert.True(exitCode == 0, output);
    }

    private static string TableOf(MetricDefinition[] definitions) => string.Join('\n', definitions.Select(definition =>
        $"| `{definition.PrometheusName}` | {(definition.Kind switch { MetricKind.Counter => "counter", MetricKind.Histogram => "histogram", _ => "gauge" })} | {string.Join(", ", definition.Labels.Select(label => $"`{PrometheusName.OfLabel(label)}`"))} | {definition.Description} |"));

    private static Dictionary<string, HashSet<string>> SampleNames()
    {
        var names = new Dictionary<string, HashSet<string>>();
        foreach (var definition in All)
        {
            HashSet<string> labels = [.. definition.Labels.Select(PrometheusName.OfLabel), .. LabelsOfAll];
            foreach (var suffix in (string[])(definition.Kind == MetricKind.Histogram ? ["_bucket", "_sum", "_count"] : [""]))
            {
                names.Add(definition.PrometheusName + suffix, labels);
            }
        }
        names.Add("up", [.. LabelsOfAll]);
        return names;
    }

    private static void AssertNamesExist(string text)
    {
        var labels = LabelsOfSample.Values.SelectMany(names => names).ToHashSet();
        foreach (Match match in OurName().Matches(text))
        {
            Assert.True(LabelsOfSample.ContainsKey(match.Value) || labels.Contains(match.Value), $"{match.Value} is neither a metric nor a label; in: {text[..Math.Min(200, text.Length)]}");
        }
        foreach (Match match in Selector().Matches(text))
        {
            var used = LabelName().Matches(match.Groups[2].Value).Select(label => label.Groups[1].Value);
            Assert.All(used, label => Assert.Contains(label, LabelsOfSample[match.Groups[1].Value]));
        }
    }

    private static string[] ExpressionsOf(string file)
    {
        using var dashboard = Read(file);
        return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)];
    }

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Of("config", "grafana", file)));

    [GeneratedRegex(@"\| metric \| kind \| labels \| meaning \|\n\|---\|---\|---\|---\|\n((?:\|.*\n)*)")]
    private static partial Regex MetricTable();

    [GeneratedRegex(@"\b(?:aigateway|gen_ai|process|dotnet)_\w+")]
    private static partial Regex OurName();

    [GeneratedRegex(@"\b((?:aigateway|gen_ai|process|dotnet)_\w+|up)\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?:^|,)\s*(\w+)(?:=|!)")]
    private static partial Regex LabelName();
}
