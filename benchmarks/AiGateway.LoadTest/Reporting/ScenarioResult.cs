using System.Globalization;
using System.Text;

namespace AiGateway.LoadTest.Reporting;

/// <summary>What one scenario found: a table for people, figures for programs, verdicts, and what was wrong.</summary>
internal sealed class ScenarioResult(string name, string title)
{
    public string Name { get; } = name;

    public string Title { get; } = title;

    /// <summary>Markdown between the title and the verdicts.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Figures by dotted name.</summary>
    public Dictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    public List<Verdict> Verdicts { get; } = [];

    /// <summary>Wrong answers, lost events: never tolerated.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Adds a table.</summary>
    public void AddTable(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        Text.Append("| ").AppendJoin(" | ", header).AppendLine(" |");
        Text.Append("|---|").Insert(Text.Length, "--:|", header.Count - 1).AppendLine();
        foreach (var row in rows)
        {
            Text.Append("| ").AppendJoin(" | ", row).AppendLine(" |");
        }
        Text.AppendLine();
    }

    /// <summary>A figure in as many decimals as tell something.</summary>
    public static string Show(double value) => Math.Abs(value) switch
    {
        double.NaN => "-",
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
