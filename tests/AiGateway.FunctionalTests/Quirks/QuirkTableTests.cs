using System.Globalization;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Quirks;

/// <summary>Pins that every row of the recordings' QUIRKS.md has a test, so that a new row is noticed.</summary>
public sealed class QuirkTableTests
{
    [Fact]
    public void EveryRow_HasATest()
    {
        var rows = File.ReadLines(SharedFolder.RequireOrSkip("recorded-traffic", "QUIRKS.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && int.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(cells => (Row: int.Parse(cells[1], CultureInfo.InvariantCulture), Provider: cells[2]))
            .ToList();

        Assert.NotEmpty(rows);
        Assert.Empty(rows.Except(QuirkTable.Tests.Select(test => (test.Row, test.Provider))));
        Assert.Empty(QuirkTable.Tests.Select(test => (test.Row, test.Provider)).Except(rows));
    }

    [Fact]
    public void EveryTestOfTheTable_IsATest() => Assert.All(
        QuirkTable.Tests,
        // Theories are facts too.
        test => Assert.Contains(test.In.GetMethod(test.Test)!.GetCustomAttributes(inherit: true), attribute => attribute is FactAttribute));
}
