using System.Text;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Load;

namespace AiGateway.LoadTest.Tests;

/// <summary>What is sent: the same again and again, or never the same twice.</summary>
public sealed class RequestSourceTests
{
    [Fact]
    public void NumberedRequests_AreNeverTheSame()
    {
        var source = new NumberedRequests(ChatBytes.Request("host", "model", 400, stream: false, opening: NumberedRequests.Mark));

        var first = source.Next([]);
        var ofAnother = Encoding.UTF8.GetString(source.Next([]));
        var text = Encoding.UTF8.GetString(first);
        var again = source.Next(first);

        Assert.Contains("#000000000001#", text, StringComparison.Ordinal);
        Assert.Contains("#000000000002#", ofAnother, StringComparison.Ordinal);
        Assert.Same(first, again);
        Assert.Contains("#000000000003#", Encoding.UTF8.GetString(again), StringComparison.Ordinal);
    }

    [Fact]
    public void ARequestWithoutAPlaceForTheNumber_IsRefused() => Assert.Throws<ArgumentException>(() => new NumberedRequests("POST"u8.ToArray()));

    [Fact]
    public void ListedRequests_BeginAnewAfterTheLast()
    {
        byte[] one = [1], two = [2];
        var source = new ListedRequests([one, two]);

        Assert.Equal([one, two, one], new[] { source.Next([]), source.Next(one), source.Next(two) });
    }

    [Fact]
    public void Questions_AreAllDifferent()
    {
        var all = Enumerable.Range(0, Questions.Count).SelectMany(number => new[] { Questions.Kept(number), Questions.Asked(number) });

        Assert.Equal(2 * Questions.Count, all.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void APromptsOpening_DoesNotChangeTheSize()
    {
        static int Body(string opening) => ChatBytes.Request("host", "model", 1200, stream: false, opening: opening).Length;

        Assert.Equal(Body(""), Body("#000000000001#"));
    }
}
