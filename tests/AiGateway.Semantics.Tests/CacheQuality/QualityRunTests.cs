using System.Text.Json;
using AiGateway.CacheQuality;
using AiGateway.CacheQuality.Questions;
using AiGateway.CacheQuality.Reports;
using AiGateway.Semantics.Tests.Embedding;

namespace AiGateway.Semantics.Tests.CacheQuality;

/// <summary>Pins what the quality program prints, on questions made from a few words.</summary>
public sealed class QualityRunTests
{
    private static readonly string[] Things = ["bicycle", "garden", "kitchen", "piano", "telescope", "bakery", "harbour", "violin", "orchard", "museum"];
    private static readonly string[] Verbs = ["paint", "clean", "sell", "repair", "visit", "photograph"];

    [Fact]
    public void Json_HasTheAgreedMembers()
    {
        var arguments = QualityArguments.Parse(["--stream", "x", "--bound", "0.05,0.10", "--format", "json"]);
        var report = new QualityRun(new EmbeddedWorkload(Stream(), Models.Static), arguments).Run();
        using var buffer = new MemoryStream();
        JsonReport.Write(report, buffer);
        using var json = JsonDocument.Parse(buffer.ToArray());

        string[] members = ["bound", "requests", "served", "wrong", "wrong_low", "wrong_high", "hit_rate", "check_rate", "lookup_us_p50", "lookup_us_p99"];
        Assert.Equal([0.05m, 0.10m], json.RootElement.EnumerateArray().Select(o => o.GetProperty("bound").GetDecimal()));
        foreach (var row in json.RootElement.EnumerateArray())
        {
            Assert.All(members, m => Assert.True(row.TryGetProperty(m, out _), m));
            Assert.Equal(1200, row.GetProperty("requests").GetInt32());
            var baselines = row.GetProperty("baselines").EnumerateArray().ToList();
            Assert.All(baselines, b => Assert.All(members, m => Assert.True(b.TryGetProperty(m, out _), m)));
            Assert.Contains("threshold_0.80", baselines.Select(b => b.GetProperty("name").GetString()));
            Assert.Contains("vcache", baselines.Select(b => b.GetProperty("name").GetString()));
        }
        // The questions are clear and repeat often: the model has to find out.
        Assert.True(report.Rows[1].HitRate > 0.3);
        Assert.True(report.Rows[1].WrongShare < 0.1);
    }

    [Fact]
    public void BuiltInJudge_IsHeldAgainstTheLabels()
    {
        var arguments = QualityArguments.Parse(["--stream", "x", "--bound", "0.10", "--judge", "built-in"]);
        using var text = new StringWriter();

        TableReport.Write(new QualityRun(new EmbeddedWorkload(Stream(), Models.Static), arguments).Run(), text);

        Assert.Contains("Built-in judge", text.ToString(), StringComparison.Ordinal);
    }

    /// <summary>60 questions, each asked twenty times in two ways.</summary>
    private static Workload Stream()
    {
        var texts = new string[1200];
        var groups = new int[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            groups[i] = i * 37 % 60;
            var (verb, thing) = (Verbs[groups[i] / 10], Things[groups[i] % 10]);
            texts[i] = (i / 60 % 2) == 0 ? $"How do I {verb} my {thing}?" : $"How can I {verb} my {thing}?";
        }
        return new Workload(texts, [], [.. Enumerable.Range(0, texts.Length)], grows: true, groups, []);
    }
}
