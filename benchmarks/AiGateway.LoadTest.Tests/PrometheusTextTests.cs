using AiGateway.LoadTest.Measuring;

namespace AiGateway.LoadTest.Tests;

/// <summary>Single values of what the gateway says of itself.</summary>
public sealed class PrometheusTextTests
{
    private const string Text = "# HELP entries Questions.\nentries{alias=\"a\"} 10000\nentries{alias=\"b\"} 2.5\nentries_more{alias=\"a\"} 7\nplain 3\n";

    [Theory]
    [InlineData("entries", "", 10002.5)]
    [InlineData("entries", "alias=\"a\"", 10000)]
    [InlineData("entries", "alias=\"c\"", 0)]
    [InlineData("plain", "", 3)]
    [InlineData("absent", "", 0)]
    public void SeriesOfOneName_AreAddedUp(string name, string label, double expected) => Assert.Equal(expected, PrometheusText.Sum(Text, name, label));

    [Fact]
    public void AValueThatIsNone_IsRefused() => Assert.Throws<FormatException>(() => PrometheusText.ValueOf("entries{alias=\"a\"} many"));
}
