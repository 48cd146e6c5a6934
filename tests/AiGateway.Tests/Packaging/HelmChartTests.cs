using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AiGateway.Configuration;
using AiGateway.TestKit;
using AiGateway.Tests.Architecture;

namespace AiGateway.Tests.Packaging;

/// <summary>The chart, as far as it can be checked without Helm: values, schema and templates agree, and what its examples deploy is what the gateway accepts.</summary>
public sealed partial class HelmChartTests
{
    private const string Chart = "helm/ai-gateway";

    private static readonly JsonObject Values = (JsonObject)YamlTree.Parse(Read("values.yaml"))!;
    private static readonly JsonNode Schema = JsonNode.Parse(Read("values.schema.json"))!;
    private static readonly List<(string Name, string Text)> Templates = [.. Directory.EnumerateFiles(RepositoryRoot.Of(Chart, "templates"))
        .Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllText(path)))];

    public static TheoryData<string> Examples => ["minimal-values.yaml", "full-values.yaml"];

    [Fact]
    public void ChartFile_NamesTheVersionOfTheProgram()
    {
        var chart = YamlTree.Parse(Read("Chart.yaml"))!;
        var version = Regex.Match(File.ReadAllText(RepositoryRoot.Of("Directory.Build.props")), "<Version>(.*)</Version>").Groups[1].Value;

        Assert.Equal("v2", (string)chart["apiVersion"]!);
        Assert.Equal(version, (string)chart["appVersion"]!);
    }

    [Fact]
    public void DefaultValues_AreValid() => Violations.None(SmallSchema.Check(Schema, Values));

    [Theory]
    [MemberData(nameof(Examples))]
    public void ExampleValues_AreValid(string file) => Violations.None(SmallSchema.Check(Schema, Example(file)));

    [Theory]
    [InlineData("replicaCount: 2")]
    [InlineData("autoscaling: { enabled: true }")]
    [InlineData("state: { mode: etcd }")]
    [InlineData("replicas: 1")]
    [InlineData("service: { prot: 80 }")]
    [InlineData("ports: { api: 80800 }")]
    [InlineData("config: { callers: [] }")]
    [InlineData("image: { digest: latest }")]
    [InlineData("metrics: { serviceMonitor: { interval: often } }")]
    public void WrongValues_AreRefused(string yaml) =>
        Assert.NotEmpty(SmallSchema.Check(Schema, YamlTree.Merge(Values, (JsonObject)YamlTree.Parse(yaml)!)));

    [Fact]
    public void EveryObjectOfTheSchema_IsClosedOrOpenOnPurpose()
    {
        var open = Objects(Schema, "$").Where(item => item.Schema["properties"] is not null && item.Schema["additionalProperties"]?.ToJsonString() != "false")
            // One environment variable is Kubernetes' to define.
            .Where(item => item.Path != "$.env[]").Select(item => item.Path);

        Violations.None(open);
    }

    [Fact]
    public void ValuesThatTemplatesUse_Exist_AndValuesThatExist_AreUsed()
    {
        var used = Templates.SelectMany(template => ValuePath().Matches(template.Text).Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);
        var known = Paths(Values, "").ToHashSet(StringComparer.Ordinal);
        var leaves = known.Where(path => !known.Any(other => other.StartsWith(path + ".", StringComparison.Ordinal)));

        Violations.None(used.Except(known, StringComparer.Ordinal));
        // A map may be used whole: securityContext, resources, probes.
        Assert.All(leaves, leaf => Assert.True(used.Any(path => leaf == path || leaf.StartsWith(path + ".", StringComparison.Ordinal)), $"{leaf} is used in no template"));
    }

    [Fact]
    public void SchemaProperties_AreTheValues()
    {
        var known = Paths(Values, "").ToHashSet(StringComparer.Ordinal);
        // What may be left out of a probe, the strategy and the resources; 'global' is Helm's.
        var missing = Objects(Schema, "").Where(item => item.Schema["properties"] is not null && !item.Path.Contains("[]", StringComparison.Ordinal))
            .SelectMany(item => ((JsonObject)item.Schema["properties"]!).Select(property => $"{item.Path}.{property.Key}".TrimStart('.')))
            .Where(path => !path.Contains("Probe.", StringComparison.Ordinal) && !path.StartsWith("strategy.", StringComparison.Ordinal) && path is not ("resources.claims" or "global"));

        Violations.None(missing.Except(known, StringComparer.Ordinal));
    }

    [Fact]
    public void TemplateActions_AreBalanced()
    {
        foreach (var (name, text) in Templates)
        {
            Assert.True(Regex.Count(text, @"\{\{") == Regex.Count(text, @"\}\}"), $"{name}: {{{{ and }}}} are not balanced");
            var depth = 0;
            foreach (Match action in Action().Matches(text))
            {
                var word = action.Groups[1].Value;
                depth += word is "if" or "range" or "with" or "define" or "block" ? 1 : word == "end" ? -1 : 0;
                Assert.True(depth >= 0, $"{name}: an 'end' too many at {action.Index}");
                Assert.True(action.Value.Count(character => character == '(') == action.Value.Count(character => character == ')') || action.Value.Contains('"', StringComparison.Ordinal), $"{name}: {action.Value}");
            }
            Assert.True(depth == 0, $"{name}: {depth} 'end' missing");
        }
    }

    [Fact]
    public void IncludedTemplates_AreDefined()
    {
        var all = string.Concat(Templates.Select(template => template.Text));
        var defined = Regex.Matches(all, """define "([^"]+)"  *-?\}\}""").Select(match => match.Groups[1].Value).ToList();
        var included = Regex.Matches(all, """include "([^"]+)" """).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(included);
        Violations.None(included.Except(defined, StringComparer.Ordinal));
        Assert.Equal(defined.Count, defined.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Deployment_KeepsHotReloadAndDrainPossible()
    {
        var deployment = Templates.Single(template => template.Name == "deployment.yaml").Text;

        // A subPath mount never follows the ConfigMap, and a checksum of the whole file would restart what can be reloaded.
        Assert.DoesNotContain("subPath:", deployment, StringComparison.Ordinal);
        Assert.DoesNotContain("checksum/config", deployment, StringComparison.Ordinal);
        Assert.Contains("include \"ai-gateway.validate\"", deployment, StringComparison.Ordinal);
        var shutdown = Values["shutdown"]!;
        Assert.True((long)shutdown["drainSeconds"]! >= HostModel.Default.DrainTimeout.TotalSeconds);
        Assert.Matches("terminationGracePeriodSeconds: .*preStopSeconds.*drainSeconds.* 10", deployment);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void ExampleRoutingFiles_AreAcceptedByTheGatewayInAContainer(string file)
    {
        var values = Example(file);
        var loaded = Load((string)values["config"]!);

        Violations.None(loaded.Errors.Select(error => error.ToString()));
        var host = loaded.Snapshot!.Host;
        Assert.Equal((long)values["ports"]!["api"]!, host.Listen.Port);
        Assert.False(host.Listen.IsLoopback);
        Assert.Equal(((string)values["tls"]!["secretName"]!).Length > 0, host.Listen.IsHttps);
        Assert.True((long)values["shutdown"]!["drainSeconds"]! >= host.DrainTimeout.TotalSeconds);
        if ((bool)values["metrics"]!["enabled"]!)
        {
            Assert.Equal((long)values["ports"]!["metrics"]!, host.MetricsListen!.Port);
        }
    }

    [Fact]
    public void SampleInTheComments_IsARoutingFile()
    {
        var sample = Read("values.yaml").Split('\n').SkipWhile(line => line != "# config: |").Skip(1).TakeWhile(line => line.StartsWith("#   ", StringComparison.Ordinal)).Select(line => line[4..]);
        var file = string.Join('\n', sample).Replace("sha256:…", $"sha256:{new string('0', 64)}", StringComparison.Ordinal);

        var loaded = Load(file);

        Violations.None(loaded.Errors.Select(error => error.ToString()));
        Assert.Equal((long)Values["ports"]!["metrics"]!, loaded.Snapshot!.Host.MetricsListen!.Port);
    }

    private static LoadResult Load(string text)
    {
        string? Environment(string name) => name switch
        {
            "DOTNET_RUNNING_IN_CONTAINER" => "true",
            "OPENAI_API_KEY" => "sk-test",
            "AIGATEWAY_ID_SECRET" => new string('s', 32),
            _ => null,
        };
        return new ConfigurationLoader(new StateRegistry(), Environment, TimeProvider.System).Load(System.Text.Encoding.UTF8.GetBytes(text), "gateway.yaml");
    }

    private static JsonObject Example(string file) => YamlTree.Merge(Values, (JsonObject)YamlTree.Parse(Read("ci/" + file))!);

    private static string Read(string file) => File.ReadAllText(RepositoryRoot.Of([Chart, .. file.Split('/')]));

    private static IEnumerable<string> Paths(JsonObject values, string prefix) =>
        values.SelectMany(member => (member.Value is JsonObject inner ? Paths(inner, $"{prefix}{member.Key}.") : []).Prepend(prefix + member.Key));

    private static IEnumerable<(string Path, JsonObject Schema)> Objects(JsonNode schema, string path)
    {
        var inner = schema["properties"] is JsonObject properties ? properties.SelectMany(property => Objects(property.Value!, $"{path}.{property.Key}")) : [];
        var items = schema["items"] is JsonObject item ? Objects(item, path + "[]") : [];
        return inner.Concat(items).Prepend((path, (JsonObject)schema));
    }

    [GeneratedRegex(@"\.Values\.([A-Za-z0-9.]+[A-Za-z0-9])")]
    private static partial Regex ValuePath();

    [GeneratedRegex(@"\{\{-?\s*(?:/\*.*?\*/|(\w*).*?)\s*-?\}\}", RegexOptions.Singleline)]
    private static partial Regex Action();
}
