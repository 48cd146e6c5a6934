using AiGateway.Accounting.Csv;

namespace AiGateway.Tests.Accounting.Csv;

/// <summary>The reader of CSV: RFC 4180, in bounded memory, and files that are none.</summary>
public class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\r\n1,2\r\n", "a|b/1|2")]
    [InlineData("a,b\n1,2", "a|b/1|2")]
    [InlineData("\"a \"\"q\"\"\",\"x,y\"\n\"two\r\nlines\",", "a \"q\"|x,y/two\r\nlines|")]
    [InlineData("\n\na\n\n\nb\n", "a/b")]
    [InlineData("a\rb\r", "a/b")]
    [InlineData(",,\n", "||")]
    [InlineData("x\"y,z\n", "x\"y|z")]
    [InlineData("\"q\"tail,z\n", "qtail|z")]
    [InlineData("", "")]
    public void Records_AreReadAsTheyStand(string text, string expected) => Assert.Equal(expected, string.Join('/', All(text).Select(cells => string.Join('|', cells))));

    [Theory]
    [InlineData("a,b\n1,\"open\n2,3\n", "Line 2 opens a quote")]
    public void BrokenFiles_AreNamedWithTheLine(string text, string said) => Assert.Contains(said, Assert.Throws<CsvException>(() => All(text).Count).Message, StringComparison.Ordinal);

    [Fact]
    public void HugeCellsAndRecords_AreRefused()
    {
        Assert.Contains("characters", Assert.Throws<CsvException>(() => All(new string('x', CsvReader.MostCharacters + 1)).Count).Message, StringComparison.Ordinal);
        Assert.Contains("cells", Assert.Throws<CsvException>(() => All(new string(',', CsvReader.MostCells)).Count).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LinesAreCounted_AlsoWithinQuotes()
    {
        var reader = new CsvReader(new StringReader("a\n\"1\n2\"\nlast"));

        Assert.NotNull(reader.Read());
        Assert.NotNull(reader.Read());
        Assert.Equal(2, reader.Line);
        Assert.NotNull(reader.Read());
        Assert.Equal(4, reader.Line);
    }

    private static List<string[]> All(string text)
    {
        var reader = new CsvReader(new StringReader(text));
        var all = new List<string[]>();
        while (reader.Read() is { } cells)
        {
            all.Add([.. cells]);
        }
        return all;
    }
}
