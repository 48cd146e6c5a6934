using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Tests.Embedding;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>Pins what the built-in judge takes for the same answer.</summary>
public sealed class AnswerJudgeTests
{
    private static readonly AnswerJudge Judge = new(Models.Static);

    [Theory]
    [InlineData("The capital is Vienna.", "the capital is  Vienna")]
    [InlineData("42", " 42.")]
    [InlineData("ÜBER", "über!")]
    public void EqualButForSigns_IsTheSame(string cached, string live) => Assert.True(Judge.Agree(cached, live));

    [Theory]
    [InlineData("The train takes 3 hours.", "The train takes 5 hours.")]
    [InlineData("You can return it.", "You can not return it.")]
    [InlineData("The library opens on Monday.", "Photosynthesis turns light into sugar.")]
    [InlineData("🙂", "🙃")]
    [InlineData("", "An answer.")]
    public void OtherFactsOrOtherMeaning_IsNotTheSame(string cached, string live) => Assert.False(Judge.Agree(cached, live));
}
