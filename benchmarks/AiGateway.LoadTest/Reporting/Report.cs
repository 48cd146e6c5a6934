using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AiGateway.LoadTest.Reporting;

/// <summary>Writes the results of a run for people (Markdown) and for programs (JSON).</summary>
internal sealed class Report(LoadTestOptions options, string commandLine, DateTimeOffset startedAt, string kind = "Load test")
{
    // Two cores with one of them busy for a twentieth of the time already shift a p99 of milliseconds.
    private const double QuietPercent = 5;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly (double Busy, double Stolen) _machineAtStart = Machine.CpuSeconds();
    private readonly double _ownAtStart = Machine.OwnCpuSeconds();
    private readonly long _ticksAtStart = Stopwatch.GetTimestamp();

    private string Markdown(IReadOnlyList<ScenarioResult> results, double others, double stolen)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {kind}: {options.Name ?? options.Scenario}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"- date: {startedAt:yyyy-MM-dd HH:mm} UTC");
        text.AppendLine(CultureInfo.InvariantCulture, $"- machine: {Machine.Describe()}; all that runs shares it");
        text.AppendLine(CultureInfo.InvariantCulture, $"- command: `{commandLine}`");
        text.AppendLine(CultureInfo.InvariantCulture, $"- CPU taken by other work meanwhile: {others:0.0} %, stolen by the hypervisor: {stolen:0.0} %");
        if (others + stolen > QuietPercent)
        {
            text.AppendLine("- **The machine was not quiet: latencies and throughput below, and the verdicts on them, say little, whether met or not.**");
        }
        if (options.GatewayCommand is not null)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- **in place of the gateway**: `{options.GatewayCommand}`");
        }
        AddEnvironment(text, "gateway environment", options.GatewayEnvironment);
        AddEnvironment(text, "variant environment", options.VariantEnvironment);
        if (options.VariantConfiguration.Length > 0)
        {
            text.AppendLine("- added to the variant's routing file:").AppendLine().AppendLine("```yaml").AppendLine(options.VariantConfiguration.Trim()).AppendLine("```");
        }
        foreach (var result in results)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {result.Title}").AppendLine();
            text.Append(result.Text.ToString().TrimEnd()).AppendLine();
            AddVerdicts(text, result);
            foreach (var failure in result.Failures)
            {
                text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"**WRONG: {failure}**");
            }
        }
        return text.ToString();
    }

    /// <summary>Writes both files beside each other, unless none are wanted; the Markdown text.</summary>
    public string Write(IReadOnlyList<ScenarioResult> results)
    {
        var (others, stolen) = OtherLoad();
        var markdown = Markdown(results, others, stolen);
        if (options.Output == "-")
        {
            return markdown;
        }
        var file = options.Output ?? Path.Combine(LoadTestOptions.Root, "benchmarks/results", $"{startedAt:yyyy-MM-dd}-{options.Name ?? options.Scenario}.md");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllText(file, markdown);
        var data = new { Date = startedAt, Machine = Machine.Describe(), Command = commandLine, OtherCpuPercent = others, StolenCpuPercent = stolen, Scenarios = results.Select(r => new { r.Name, r.Figures, r.Verdicts, r.Failures }) };
        File.WriteAllText(Path.ChangeExtension(file, ".json"), JsonSerializer.Serialize(data, Json) + "\n");
        Console.Error.WriteLine($"Written: {file}");
        return markdown;
    }

    /// <summary>How quiet the machine was, in per cent of its CPU: latencies of a run beside other work tell about that work.</summary>
    private (double Others, double Stolen) OtherLoad()
    {
        var capacity = Stopwatch.GetElapsedTime(_ticksAtStart).TotalSeconds * Environment.ProcessorCount;
        var (busy, stolen) = Machine.CpuSeconds();
        var others = busy - _machineAtStart.Busy - (Machine.OwnCpuSeconds() - _ownAtStart);
        return (100 * Math.Max(0, others) / capacity, 100 * (stolen - _machineAtStart.Stolen) / capacity);
    }

    private static void AddVerdicts(StringBuilder text, ScenarioResult result)
    {
        if (result.Verdicts.Count == 0)
        {
            return;
        }
        text.AppendLine().AppendLine("| budget | measured | bar | met |").AppendLine("|---|--:|--:|---|");
        foreach (var verdict in result.Verdicts)
        {
            var bar = verdict.Max is { } max ? $"≤ {max}" : $"≥ {verdict.Min}";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {verdict.Meaning} | {ScenarioResult.Show(verdict.Value)} | {bar} | {(verdict.Met ? "yes" : "**no**")} |");
        }
    }

    private static void AddEnvironment(StringBuilder text, string label, Dictionary<string, string> environment)
    {
        if (environment.Count > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {label}: {string.Join(", ", environment.Select(e => $"`{e.Key}={e.Value}`"))}");
        }
    }
}
