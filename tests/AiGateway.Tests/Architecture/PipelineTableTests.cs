using System.Text.RegularExpressions;
using AiGateway.TestKit;

namespace AiGateway.Tests.Architecture;

/// <summary>The order of the stages stands twice, in the code and in docs/architecture.md; written twice, orders drift.</summary>
public sealed partial class PipelineTableTests
{
    [Fact]
    public void StagesInTheCode_AreTheRowsOfTheTable()
    {
        var code = Read("src", "AiGateway", "GatewayPipeline.cs");
        var inCode = UseMiddleware().Matches(code).Select(match => match.Groups[1].Value).ToList();
        var rows = Rows(Read("docs", "architecture.md"));

        Assert.NotEmpty(inCode);
        Assert.Equal(inCode, rows.Select(row => row.Stage));
        Assert.Equal(Enumerable.Range(1, rows.Count), rows.Select(row => row.Number));
    }

    [Fact]
    public void RejectionsInTheTable_AreReasonsOfTheEnum()
    {
        var reasons = Enum.GetNames<AiGateway.Pipeline.RejectionReason>();
        var unknown = Rows(Read("docs", "architecture.md")).SelectMany(row => Name().Matches(row.Rejections).Select(match => match.Groups[1].Value)).Except(reasons, StringComparer.Ordinal);

        Violations.None(unknown);
    }

    private static List<(int Number, string Stage, string Rejections)> Rows(string page)
    {
        var table = page.Split('\n').SkipWhile(line => !HeaderLine().IsMatch(line)).TakeWhile(line => line.StartsWith('|')).Select(Cells).ToList();
        Assert.True(table.Count > 2, "docs/architecture.md has no table with the columns '#' and 'stage'");
        var stage = table[0].IndexOf("stage");
        return [.. table.Skip(2).Select(cells => (int.Parse(cells[0]), Name().Match(cells[stage]).Groups[1].Value, cells[^1]))];
    }

    private static List<string> Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    private static string Read(params string[] parts)
    {
        var path = RepositoryRoot.Of(parts);
        Assert.True(File.Exists(path), $"{string.Join('/', parts)} is missing: the order of the stages stands there");
        return File.ReadAllText(path);
    }

    [GeneratedRegex(@"\.UseMiddleware<(\w+)>")]
    private static partial Regex UseMiddleware();

    [GeneratedRegex(@"^\| *# *\| *stage *\|")]
    private static partial Regex HeaderLine();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Name();
}
