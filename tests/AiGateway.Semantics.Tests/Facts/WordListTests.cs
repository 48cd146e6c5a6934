using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Tests.Facts;

/// <summary>Words, their stems, and what the lists make of them.</summary>
public sealed class WordListTests
{
    [Theory]
    [InlineData("converts", "converted")]
    [InlineData("converting", "convert")]
    [InlineData("hoping", "hope")]
    [InlineData("hopping", "hop")]
    [InlineData("caring", "cares")]
    [InlineData("driving", "drives")]
    [InlineData("studies", "studied")]
    [InlineData("movies", "movie")]
    [InlineData("boxes", "box")]
    [InlineData("houses", "house")]
    [InlineData("using", "use")]
    [InlineData("controlled", "control")]
    [InlineData("selling", "sells")]
    public void FormsOfOneWord_HaveOneStem(string a, string b) => Assert.Equal(Stem(a), Stem(b));

    [Theory]
    [InlineData("car", "care")]
    [InlineData("plan", "plane")]
    [InlineData("rat", "rate")]
    [InlineData("star", "stare")]
    [InlineData("hop", "hope")]
    public void OtherWords_HaveOtherStems(string a, string b) =>
        Assert.NotEqual(Stem(a), Stem(b));

    [Theory]
    [InlineData("buy", "selling")]
    [InlineData("before", "after")]
    [InlineData("increases", "decreased")]
    [InlineData("possible", "impossible")]
    public void Opposites_AreOpposed(string a, string b) => Assert.True(LexiconEntry.Opposed(Find(a), Find(b)));

    [Theory]
    [InlineData("bought", "purchase")]
    [InlineData("film", "movies")]
    [InlineData("wrote", "written")]
    [InlineData("norwegian", "norway")]
    public void Synonyms_AreRelated(string a, string b) => Assert.True(LexiconEntry.Related(Find(a), Find(b)));

    [Theory]
    [InlineData(2024, 5, 5, 0, 5, 5, true)]
    [InlineData(2024, 5, 5, 2024, 0, 0, true)]
    [InlineData(2024, 5, 5, 2023, 5, 5, false)]
    [InlineData(0, 5, 0, 2023, 0, 0, false)]
    [InlineData(0, 5, 1, 0, 5, 2, false)]
    public void Dates_AgreeInWhatBothGive(int year, int month, int day, int otherYear, int otherMonth, int otherDay, bool agree) =>
        Assert.Equal(agree, DateKey.Agree(DateKey.Of(year, month, day), DateKey.Of(otherYear, otherMonth, otherDay)));

    [Theory]
    [InlineData("receive", "recieve", true)]
    [InlineData("definitely", "definately", true)]
    [InlineData("iran", "iraq", false)]
    [InlineData("male", "female", false)]
    public void Slips_AreOneLetterInFive(string a, string b, bool misspelt) => Assert.Equal(misspelt, WordLikeness.Misspelt(a, b));

    private static string Stem(string word)
    {
        var letters = word.ToCharArray();
        return new string(letters, 0, Stemmer.Stem(letters));
    }

    private static LexiconEntry Find(string word) => Lexicon.Find(WordKey.Of(word)) ?? Lexicon.Find(WordKey.Of(Stem(word)))!;
}
