using AiGateway.Semantics.Acceptance;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>Pins into what an answer is cut.</summary>
public sealed class AnswerSplitterTests
{
    [Fact]
    public void Lists_Headings_AndCode_AreCutAndUnmarked()
    {
        var pieces = AnswerSplitter.Split(
            "## How to begin with it today\n1. **Open** the settings of the app.\n- Choose e.g. the blue theme here.\n\n```bash\npip install x\n```\nThen restart it, it takes 3.5 seconds. That was all there is to it.", 20);

        Assert.Equal(
            [
                "How to begin with it today", "Open the settings of the app.", "Choose e.g. the blue theme here.", "`pip install x`",
                "Then restart it, it takes 3.5 seconds.", "That was all there is to it.",
            ], pieces);
    }

    [Fact]
    public void ShortSentences_BelongToWhatFollows() =>
        Assert.Equal(["Sure. Of course you can do that at any time."], AnswerSplitter.Split("Sure.\nOf course you can do that at any time.", 20));

    [Fact]
    public void OneEndlessWordOrSentence_IsCut()
    {
        Assert.Equal(3, AnswerSplitter.Split(new string('x', 1000), 20)!.Count);
        Assert.All(AnswerSplitter.Split(string.Concat(Enumerable.Repeat("word ", 500)), 20)!, piece => Assert.InRange(piece.Length, 1, 360));
    }

    [Fact]
    public void MoreThanThatMany_IsNone() => Assert.Null(AnswerSplitter.Split(string.Concat(Enumerable.Repeat("This is a sentence of its own. ", 30)), 20));
}
