using System.Text;
using AiGateway.Semantics.Facts;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Facts;

/// <summary>Whatever the characters are, extraction and comparison end, allocate little and say the same each time.</summary>
public sealed class HostileTextTests
{
    // Pieces that broke tokenisers somewhere: lone surrogates, marks without letters, invisible and directional signs, digits of other scripts, unclosed code and quotes.
    private static readonly string[] Pieces =
    [
        "\ud800", "\udc00", "\ud83d\ude00", "\ud83d\udc69\u200d\ud83d\udcbb", "\u0301", "e\u0301\u0301\u0301", "\u200b", "\u202e", "\ufeff", "\0", "\u0661\u0662", "\uff11\uff12", "`", "```", "\"", "'", "''", "\u201c",
        "n't", "don't", "'t", "-5", "--", "5-", "1,", "1,000", "1.2.3.4", "9999999999999999999999", "1e9", "5%", "%", "$", "$5", "\u20ac", "5\u20ac", "\u00b0C", "5\u00b0C", "12:", "12:99", "25:00", "2024-13-99", "1/2/3", "May", "May 99", "million", "hundred million billion trillion",
        "\u4e2d\u6587", "\u0e44\u0e17\u0e22", "\u0627\u0644", "\u05d0", "\u0939\u093f\u0928\u094d\u0926\u0940", "\uac00", "\u00df\u0130\u0131", "a.b.c.", "a@b", "@", "c++", "#", "\\", "\n", "\t", " ", "word", "not", "who", "by", "\u2028", "\ufffd", "\ue000",
    ];

    [Fact]
    public void RandomText_IsReadAndComparedTheSameEachTime()
    {
        var random = SeededRandom.From(4711);
        for (var round = 0; round < 3000; round++)
        {
            var (a, b) = (Make(random), Make(random));

            var first = FactComparison.Compare(TextFacts.Extract(a), TextFacts.Extract(b));
            var second = FactComparison.Compare(TextFacts.Extract(a), TextFacts.Extract(b));
            var self = FactComparison.Compare(TextFacts.Extract(a), TextFacts.Extract(a));

            Assert.Equal(first.Veto, second.Veto);
            Assert.Equal(first.Features, second.Features);
            Assert.True(self.Veto is FactKind.None or FactKind.Length, $"{self.Explain()}: {Convert.ToHexString(Encoding.Unicode.GetBytes(a))}");
            Assert.All(first.Explain(), c => Assert.InRange(c, ' ', '~'));
        }
    }

    [Theory]
    [InlineData("a ")]
    [InlineData("`")]
    [InlineData("\"a")]
    [InlineData("1,")]
    [InlineData("x.")]
    [InlineData("\u4e2d")]
    [InlineData("n't ")]
    [InlineData("million ")]
    public void HugeText_IsRefusedForItsLengthOrReadWhole(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 200_000));

        var facts = TextFacts.Extract(text);

        Assert.True(facts.IsTooLong || facts.Tokens.Length <= TextFacts.MaxTokens + 2);
    }

    [Fact]
    public void InvisibleCharacters_ChangeNothing()
    {
        var plain = TextFacts.Extract("How do I renew a passport?");
        var hidden = TextFacts.Extract("H\u200bow do I re\u00adnew a pass\u2060port\ufeff?");

        var verdict = FactComparison.Compare(plain, hidden);

        Assert.True(verdict.Agrees, verdict.Explain());
        Assert.Equal(0, verdict.Features.Unmatched);
    }

    [Theory]
    [InlineData("caf\u00e9 in Z\u00fcrich", "cafe in Zurich")]
    [InlineData("cafe\u0301 prices", "caf\u00e9 prices")]
    [InlineData("\uff28\uff4f\uff57 many is \uff15?", "how many is 5?")]
    [InlineData("\u0661\u0662 apples", "12 apples")]
    [InlineData("it\u2019s 5 \u2013 7 days", "it's 5 - 7 days")]
    public void CharactersThatMeanTheSame_AreTheSame(string a, string b)
    {
        var verdict = FactComparison.Compare(TextFacts.Extract(a), TextFacts.Extract(b));

        Assert.True(verdict.Agrees, verdict.Explain());
        Assert.Equal(0, verdict.Features.Unmatched);
    }

    [Fact]
    public void Comparison_AllocatesNothing()
    {
        var a = TextFacts.Extract("Why did the Norwegian team beat the strongest team of Chile in the final of 1998?");
        var b = TextFacts.Extract("In 1998, why did the strongest team of Chile not beat the team from Norway in the semifinal?");
        FactComparison.Compare(a, b);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            FactComparison.Compare(a, b);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Make(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(0, 24); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
            if (random.Next(2) == 0)
                text.Append(' ');
            if (random.Next(8) == 0)
                text.Append((char)random.Next(0x10000));
        }
        return text.ToString();
    }
}
