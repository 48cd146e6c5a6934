using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Tests.Embedding;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>Pins what the built-in judge takes for the same answer, and how often it errs on answers as models give them.</summary>
public sealed class AnswerJudgeTests(ITestOutputHelper output)
{
    private static readonly AnswerJudge Judge = new(Models.Sentence);

    [Theory]
    [InlineData("The capital is Vienna.", "the capital is  Vienna")]
    [InlineData("42", " 42.")]
    [InlineData("ÜBER", "über!")]
    public void EqualButForSigns_IsTheSame(string cached, string live) => Assert.True(Judge.Agree(cached, live));

    [Theory]
    [InlineData("The train takes 3 hours.", "The train takes 5 hours.")]
    [InlineData("You can return it.", "You can not return it.")]
    [InlineData("The library opens on Monday.", "Photosynthesis turns light into sugar.")]
    [InlineData("Yes, this is possible.", "No, this is possible only for members.")]
    [InlineData("The price rises every year.", "The price falls every year.")]
    [InlineData("🙂", "🙃")]
    [InlineData("", "An answer.")]
    [InlineData("Yes.", "No.")]
    public void OtherFactsOrOtherMeaning_IsNotTheSame(string cached, string live) => Assert.False(Judge.Agree(cached, live));

    [Theory]
    [InlineData("It is valid for six months.", "It is valid for 6 months.")]
    [InlineData("The capital of Austria is Vienna.", "Vienna is the capital of Austria.")]
    [InlineData("No, you cannot return it.", "You cannot return it.")]
    public void OtherWordsOrOrder_IsTheSame(string cached, string live) => Assert.True(Judge.Agree(cached, live));

    [Fact]
    public void AnswersInOtherWords_AreMostlyTheSame_AndAnswersToOtherQuestionsAreNot()
    {
        var pairs = AnswerPair.All().ToList();
        var rejected = pairs.Where(pair => pair.IsSame && !Judge.Agree(pair.Cached, pair.Live)).Select(pair => pair.Block).ToList();
        var accepted = pairs.Where(pair => !pair.IsSame && Judge.Agree(pair.Cached, pair.Live)).Select(pair => pair.Block).ToList();

        output.WriteLine($"of {pairs.Count(pair => pair.IsSame)} that say the same rejected: {string.Join(", ", rejected)}; of {pairs.Count(pair => !pair.IsSame)} others accepted: {string.Join(", ", accepted)}");
        Assert.True(pairs.Count > 150, $"{pairs.Count} pairs");
        Assert.Empty(accepted);
        Assert.InRange(rejected.Count, 0, 6);
    }

    [Fact]
    public void AnswersOfAnyLength_TakeBoundedWork()
    {
        // What is longer than is read is not the same unless it is equal.
        var sentence = "The museum opens at nine and the guided tour begins at ten. ";
        var most = string.Concat(Enumerable.Repeat(sentence, 40));
        var beyond = string.Concat(Enumerable.Repeat(sentence, 400));

        Assert.True(Judge.Agree(most, most + sentence));
        Assert.False(Judge.Agree(beyond, beyond + sentence));
        Assert.True(Judge.Agree(beyond, beyond + "!"));
    }

    [Fact]
    public void AnyText_IsJudged()
    {
        var random = new Random(7);
        var alphabet = "a `*#-.\n1٣漢🙂\ud800\"'|e)\t".ToCharArray();
        for (var i = 0; i < 300; i++)
        {
            var one = string.Concat(Enumerable.Range(0, random.Next(120)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var other = string.Concat(Enumerable.Range(0, random.Next(120)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            Judge.Agree(one, other);
            Assert.True(Judge.Agree(one, one));
        }
    }
}
