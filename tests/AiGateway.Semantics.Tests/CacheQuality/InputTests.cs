using AiGateway.CacheQuality;
using AiGateway.CacheQuality.Questions;

namespace AiGateway.Semantics.Tests.CacheQuality;

/// <summary>Pins that the quality program says what is wrong with its input, and where.</summary>
public sealed class InputTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("text_a\ttext_b\tlabel\n", "line 2")]
    [InlineData("a\tb\tc\nx\ty\t1\n", "line 1")]
    [InlineData("text_a\ttext_b\tlabel\nx\ty\t1\nx\ty\tmaybe\n", "line 3")]
    [InlineData("text_a\ttext_b\tlabel\nx\ty\n", "line 2")]
    public void BadPairs_AreRefusedWithTheLine(string content, string place)
    {
        File.WriteAllText(_path, content);

        var error = Assert.Throws<InvalidInputException>(() => WorkloadReader.ReadPairs(_path));

        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seq\tgroup_id\ttext\none\tg\tx\n", "line 2")]
    [InlineData("seq\tgroup_id\ttext\n2\tg\tx\n1\tg\ty\n", "line 3")]
    public void BadStream_IsRefusedWithTheLine(string content, string place)
    {
        File.WriteAllText(_path, content);

        Assert.Contains(place, Assert.Throws<InvalidInputException>(() => WorkloadReader.ReadStream(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFile_IsRefused() =>
        Assert.Contains("no such file", Assert.Throws<InvalidInputException>(() => WorkloadReader.ReadPairs(_path + ".none")).Message, StringComparison.Ordinal);

    [Fact]
    public void LabelsLinkTextsOverRows_AndAnExplicitDifferenceWins()
    {
        File.WriteAllText(_path, "text_a\ttext_b\tlabel\na\tb\t1\nc\tb\t1\nc\td\t0\na\te\t1\nc\te\t0\n");

        var pairs = WorkloadReader.ReadPairs(_path);

        var (a, b, c, d, e) = (Of("a"), Of("b"), Of("c"), Of("d"), Of("e"));
        Assert.True(pairs.IsSame(a, b));
        Assert.True(pairs.IsSame(a, c));
        Assert.False(pairs.IsSame(c, d));
        Assert.False(pairs.IsSame(c, e));
        Assert.Equal([a, c], pairs.Cached);
        int Of(string text) => pairs.Texts.ToList().IndexOf(text);
    }

    [Theory]
    [InlineData("--pairs")]
    [InlineData("--pairs", "a", "--stream", "b")]
    [InlineData("--bound", "0.02")]
    [InlineData("--pairs", "a", "--bound", "2")]
    [InlineData("--pairs", "a", "--bound", "0.02,x")]
    [InlineData("--pairs", "a", "--judge", "me")]
    [InlineData("--pairs", "a", "--seed", "x")]
    [InlineData("--pairs", "a", "--format", "xml")]
    [InlineData("--what", "a")]
    public void BadArguments_AreRefused(params string[] arguments) =>
        Assert.Throws<InvalidInputException>(() => QualityArguments.Parse(arguments));

    [Fact]
    public void Arguments_AreRead()
    {
        var arguments = QualityArguments.Parse(["--stream", "s", "--bound", "0.02,0.05,0.10", "--judge", "built-in", "--seed", "7", "--format", "json", "--embedder", "static"]);

        Assert.Equal(("s", "static", true, 7L, true), (arguments.Stream, arguments.Embedder, arguments.BuiltInJudge, arguments.Seed, arguments.Json));
        Assert.Equal([0.02m, 0.05m, 0.10m], arguments.Bounds);
    }
}
