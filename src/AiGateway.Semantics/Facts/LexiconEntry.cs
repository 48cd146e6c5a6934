namespace AiGateway.Semantics.Facts;

/// <summary>What the word lists say of a word. Immutable once the lexicon is read.</summary>
internal sealed class LexiconEntry
{
    public WordRole Role { get; set; }

    /// <summary>It stands in the list of names.</summary>
    public bool IsName { get; set; }

    /// <summary>Any list but those of languages, units and numbers knows it.</summary>
    public bool IsCommon { get; set; }

    /// <summary>The groups of words that stand for each other.</summary>
    public ushort[] Groups { get; set; } = [];

    /// <summary>The axes of opposites it stands on: positive on one side, negative on the other.</summary>
    public short[] Axes { get; set; } = [];

    /// <summary>One bit for each language whose function word it is.</summary>
    public uint Languages { get; set; }

    /// <summary>Of a number word its value.</summary>
    public decimal? Number { get; set; }

    /// <summary>Of a unit the index of its dimension, from 1; zero when it is none.</summary>
    public byte Dimension { get; set; }

    /// <summary>Of a unit how many base units of its dimension it is.</summary>
    public decimal Factor { get; set; }

    /// <summary>Of a month its number.</summary>
    public byte Month { get; set; }

    /// <summary>Whether two different words stand for each other: in a group of synonyms, or on the same side of an axis.</summary>
    public static bool Related(LexiconEntry a, LexiconEntry b)
    {
        foreach (var group in a.Groups)
            if (Array.IndexOf(b.Groups, group) >= 0)
                return true;
        foreach (var axis in a.Axes)
            if (Array.IndexOf(b.Axes, axis) >= 0)
                return true;
        return false;
    }

    /// <summary>Whether two words are opposites.</summary>
    public static bool Opposed(LexiconEntry a, LexiconEntry b)
    {
        foreach (var axis in a.Axes)
            if (Array.IndexOf(b.Axes, (short)-axis) >= 0)
                return true;
        return false;
    }
}
