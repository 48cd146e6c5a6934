using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Tests.Facts;

/// <summary>Verdicts name the kind of fact and both values, in a form that goes into a header.</summary>
public sealed class FactVerdictTests
{
    [Theory]
    [InlineData("Give me 3 ideas", "Give me five ideas", "number: 3 != five")]
    [InlineData("a phone under $500", "a phone under 900 dollars", "money: 500 != 900 dollars")]
    [InlineData("Is a 5 % raise good?", "Is a 6% raise good?", "percentage: 5 % != 6%")]
    [InlineData("How far is 5 km?", "How far is 7 km?", "quantity: 5 km != 7 km")]
    [InlineData("Who died on May 5?", "Who died on 7 May 1990?", "date: May 5 != 7 May 1990")]
    [InlineData("Wake me at 5 pm", "Wake me at 6:30 pm", "time: 5 pm != 6:30 pm")]
    [InlineData("Say \"yes sir\" in Thai", "Say \"no sir\" in Thai", "quote: yes sir != no sir")]
    [InlineData("Fix `a + b` here", "Fix `a - b` here", "code: `a + b` != `a - b`")]
    [InlineData("What does E1042 mean?", "What does E1043 mean?", "token: E1042 != E1043")]
    [InlineData("Which dogs bark?", "Which dogs don't bark?", "negation: - != n't")]
    [InlineData("Is it possible to swim there?", "Is it impossible to swim there?", "negation: possible != impossible")]
    [InlineData("Should I eat before a run?", "Should I eat after a run?", "opposite: before != after")]
    [InlineData("the capital of Norway", "the capital of Chile", "name: Norway != Chile")]
    [InlineData("When did the war start?", "Why did the war start?", "question: When != Why")]
    [InlineData("Do cats chase dogs?", "Do dogs chase cats?", "order: cats chase dogs != dogs chase cats")]
    [InlineData("What is the weather like in Oslo?", "\u4eac\u90fd\u306e\u5929\u6c17\u306f", "language: What is the weather like in Oslo? != ??????")]
    public void Disagreement_IsExplained(string cached, string asked, string explanation)
    {
        var verdict = FactComparison.Compare(TextFacts.Extract(cached), TextFacts.Extract(asked));

        Assert.Equal(explanation, verdict.Explain());
    }

    [Fact]
    public void Agreement_HasNoExplanation()
    {
        var verdict = FactComparison.Compare(TextFacts.Extract("How do I boil an egg?"), TextFacts.Extract("How can I boil eggs?"));

        Assert.True(verdict.Agrees);
        Assert.Equal("", verdict.Explain());
    }

    [Fact]
    public void LongValues_AreCutInTheExplanation()
    {
        var verdict = FactComparison.Compare(TextFacts.Extract($"`{new string('x', 500)} y`"), TextFacts.Extract("`z y`"));

        Assert.Equal(FactKind.Code, verdict.Veto);
        Assert.InRange(verdict.Explain().Length, 1, 100);
    }

    [Fact]
    public void TextsBeyondTheBound_AreVetoedForTheirLength()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", TextFacts.MaxTokens + 3));

        var verdict = FactComparison.Compare(TextFacts.Extract(text), TextFacts.Extract(text));

        Assert.Equal(FactKind.Length, verdict.Veto);
        Assert.Equal("length: - != -", verdict.Explain());
    }

    [Fact]
    public void SoftKinds_AreFeaturesAndNoVetoes()
    {
        var verdict = FactComparison.Compare(TextFacts.Extract("Can I paint the wall?"), TextFacts.Extract("Should I paint the wall?"));

        Assert.True(verdict.Agrees);
        Assert.NotEqual(0u, verdict.Features.Disagreements & 1u << (int)FactKind.Modality);
    }

    [Fact]
    public void Features_SayWhatNearlyMissed()
    {
        var verdict = FactComparison.Compare(TextFacts.Extract("How do I repair a broken bicycle wheel?"), TextFacts.Extract("What is the best way to fix a bicycle wheel in Ghent?"));

        Assert.True(verdict.Agrees);
        Assert.Equal(2, verdict.Features.Unmatched);
        Assert.Equal(1, verdict.Features.UnmatchedRare);
        Assert.Equal(1, verdict.Features.Near);
        Assert.Equal(0.5f, verdict.Features.Question);
        Assert.Equal(1, verdict.Features.LengthRatio);
        Assert.InRange(verdict.Features.Overlap, 0.7f, 0.8f);
    }
}
