using System.Text;
using AiGateway.Semantics.Embedding;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Embedding;

public sealed class WordPieceTokenizerTests
{
    private static readonly string[] Alphabets =
    [
        "abc ABC dé É ß İ ı ſ K Å ﬁ", "漢字かなカナ한국어", "\u0000\u0007\u200B\u200D\uFEFF\u00AD\uFFFD", "\u0300\u0301\u0323\u20DD",
        "\t\n\r\v\f\u0085\u00A0\u2028\u2029\u3000 ", "!?.,;:'\"()[]{}<>|~`^$+=_-–—…“”«»¿¡", "🙂👍🏽🇩🇪👨‍👩‍👧", "\uD800\uDC00\uDBFF\uDFFF", "[CLS] [MASK] [SEP] [UNK]", "0123456789½²Ⅳ",
    ];

    [Theory]
    [InlineData("한국어", "[CLS] ᄒ ##ᅡ ##ᆫ ##ᄀ ##ᅮ ##ᆨ ##ᄋ ##ᅥ [SEP]")]
    [InlineData("İstanbul", "[CLS] istanbul [SEP]")]
    [InlineData("e\u0301te\u0301", "[CLS] et ##e [SEP]")]
    [InlineData("a\u037Eb", "[CLS] a ; b [SEP]")]
    [InlineData("豈", "[CLS] [UNK] [SEP]")]
    [InlineData("金", "[CLS] 金 [SEP]")]
    [InlineData("say [MASK] now", "[CLS] say [MASK] now [SEP]")]
    [InlineData("[mask]", "[CLS] [ mask ] [SEP]")]
    [InlineData("a\u2028b\vc", "[CLS] a bc [SEP]")]
    [InlineData("pass\u00ADword", "[CLS] password [SEP]")]
    [InlineData("\uD800x", "[CLS] x [SEP]")]
    [InlineData("##ing", "[CLS] # # ing [SEP]")]
    [InlineData("a🙂b", "[CLS] [UNK] [SEP]")]
    public void UnusualText_IsCutLikeThePublicLibraryDoes(string text, string pieces)
    {
        var ids = new int[128];
        var count = Models.Sentence.Tokenize(text, ids, out _);
        Assert.Equal(pieces, string.Join(' ', ids[..count].Select(id => Pieces.Of(id))));
    }

    [Fact]
    public void WordsAroundTheMostCharacters_AreCutOrUnknown()
    {
        var ids = new int[200];
        // Characters count, not UTF-16 units: a hundred of two units each are still permitted.
        var count = Models.Static.Tokenize(new string('a', 100), ids, out var coverage);
        Assert.True(count > 1);
        Assert.Equal(100, coverage.Characters);
        Assert.Equal(0, Models.Static.Tokenize(new string('a', 101), ids, out coverage));
        Assert.Equal(101, coverage.Lost);
        Assert.Equal(0, Models.Static.Tokenize(string.Concat(Enumerable.Repeat("𝔞", 100)), ids, out coverage));
        Assert.Equal(100, coverage.Lost);
    }

    [Fact]
    public void AnyHostileText_GivesIdsWithinBoundsAndTheSameInPieces()
    {
        var random = SeededRandom.From(51);
        var ids = new int[64];
        var shorter = new int[64];
        for (var run = 0; run < 3_000; run++)
        {
            var text = new StringBuilder();
            for (var length = random.Next(80); length > 0; length--)
            {
                var alphabet = random.OneOf(Alphabets);
                _ = random.Chance(0.1) ? text.Append((char)random.Next(char.MaxValue + 1)) : text.Append(alphabet[random.Next(alphabet.Length)]);
            }
            var count = Models.Sentence.Tokenize(text.ToString(), ids, out var coverage);
            Assert.All(ids[..count], id => Assert.InRange(id, 0, 30521));
            Assert.Equal((101, 102), (ids[0], ids[count - 1]));
            Assert.InRange(coverage.Lost, 0, coverage.Characters);
            // Less room gives the beginning of the same ids.
            var room = random.Next(2, 64);
            var fewer = Models.Sentence.Tokenize(text.ToString(), shorter.AsSpan(0, room), out var cut);
            Assert.Equal(Math.Min(count, room), fewer);
            Assert.Equal(ids[..(fewer - 1)], shorter[..(fewer - 1)]);
            Assert.Equal(count > room || coverage.IsCut, cut.IsCut);
        }
    }

    [Fact]
    public void LongText_IsReadOnlyAsFarAsItCounts()
    {
        var text = new string('x', 5_000_000) + string.Concat(Enumerable.Repeat(" word", 1_000_000));
        var vector = new float[Models.Static.Dimensions];
        // What is made once, on the way of each.
        Models.Static.TryEmbed(text, vector);
        Models.Static.TryEmbed(text.AsSpan(5_000_000), vector);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var oneWord = Models.Static.TryEmbed(text, vector);
        var manyWords = Models.Static.TryEmbed(text.AsSpan(5_000_000), vector);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.Equal((EmbeddingOutcome.NotRepresentable, EmbeddingOutcome.Embedded), (oneWord, manyWords));
        Assert.Equal(0, allocated);
    }
}
