namespace AiGateway.Semantics.Facts;

/// <summary>A token on its way: what the scanner read, before numbers meet their units and words their roles.</summary>
internal struct Draft
{
    public ulong Key;
    public LexiconEntry? Entry;
    public int Start;
    public int Length;
    public FactTokenKind Kind;
    public WordRole Role;
    public FactTraits Traits;

    /// <summary>Of numbers the value, in base units once there is a unit.</summary>
    public decimal Value;

    /// <summary>Of numbers the dimension, see <see cref="LexiconEntry.Dimension"/>; of a currency sign the currency's.</summary>
    public byte Dimension;

    /// <summary>Written with digits (not in words), without a separator: may be a year or the day of a date.</summary>
    public bool PlainDigits;

    public readonly int End => Start + Length;
}
