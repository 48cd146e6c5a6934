using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Embedding.Tokenizing;

namespace AiGateway.Semantics.Tests.Embedding;

public sealed class RepresentationTests
{
    [Theory]
    [InlineData("How do I reset my password?")]
    [InlineData("def add(a, b): return a + b")]
    [InlineData("naïve café résumé coöperate")]
    [InlineData("¿Dónde está la biblioteca?")]
    [InlineData("1,234.56 USD vs. 1.234,56 EUR")]
    [InlineData("🙂👍🏽 thanks a lot")]
    [InlineData("antidisestablishmentarianism electroencephalographically")]
    [InlineData("Is 42 larger than 17?")]
    public void TextOfWords_IsEmbedded(string text) => Assert.Equal(EmbeddingOutcome.Embedded, Outcome(text));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("?!… —")]
    [InlineData("東京の天気はどうですか")]
    [InlineData("Как сбросить пароль?")]
    [InlineData("مرحبا")]
    [InlineData("한국어로 번역해 주세요")]
    [InlineData("🙂👍🏽")]
    [InlineData("a")]
    [InlineData("x")]
    [InlineData("xqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvkxqzjwvk")]
    public void TextThatTheModelOnlySpells_IsNot(string text) => Assert.Equal(EmbeddingOutcome.NotRepresentable, Outcome(text));

    [Fact]
    public void Coverage_CountsUnknownAndSpelledCharacters()
    {
        Models.Static.Tokenize("reset 東京 пароль, a!", new int[64], out var coverage);
        // Two ideographs and six Cyrillic letters are spelled, and so is 'a'; punctuation does not count.
        Assert.Equal(new TextCoverage(5 + 2 + 6 + 1, 2 + 6 + 1, IsCut: false), coverage);
    }

    [Fact]
    public void TextOfTooManyTokens_IsCutOrSkipped()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 200));
        Assert.Equal(EmbeddingOutcome.Embedded, Outcome(text));
        var skipping = EmbeddingModel.Load(Models.Folder("static-256"), new EmbeddingModelOptions { OverLength = OverLength.Skip, MaxTokens = 100 });
        Assert.Equal(EmbeddingOutcome.TooLong, skipping.TryEmbed(text, new float[256]));
        Assert.Equal(EmbeddingOutcome.Embedded, skipping.TryEmbed(text.AsSpan(0, 99 * 5), new float[256]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("да")]
    public void Prefix_DoesNotCountAsText(string text)
    {
        var model = EmbeddingModel.Load(Models.Folder("static-256"), new EmbeddingModelOptions { Prefix = "query: " });
        Assert.Equal(EmbeddingOutcome.NotRepresentable, model.TryEmbed(text, new float[model.Dimensions]));
    }

    private static EmbeddingOutcome Outcome(string text) => Models.Sentence.TryEmbed(text, new float[Models.Sentence.Dimensions]);
}
