using System.Globalization;
using System.Text;

namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>Sorts characters as the public tokeniser library does.</summary>
internal static class CharacterClasses
{
    private const int AsciiCount = 128;

    private static readonly CharacterClass[] Ascii = [.. Enumerable.Range(0, AsciiCount).Select(value => Classify(new Rune(value)))];

    /// <summary>The class of a character.</summary>
    public static CharacterClass Of(Rune character) => character.IsAscii ? Ascii[character.Value] : Classify(character);

    /// <summary>Whether it is a mark that takes no room, such as an accent.</summary>
    public static bool IsAccent(Rune character) => Rune.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark;

    private static CharacterClass Classify(Rune character)
    {
        switch (character.Value)
        {
            case '\t' or '\n' or '\r':
                return CharacterClass.WhiteSpace;
            case 0 or 0xFFFD:
                return CharacterClass.Control;
            // All ASCII that is neither letter, digit nor control counts as punctuation, '$' and '+' too.
            case (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~'):
                return CharacterClass.Punctuation;
            default:
                return IsIdeograph(character.Value) ? CharacterClass.Ideograph : ByCategory(character);
        }
    }

    private static CharacterClass ByCategory(Rune character) => Rune.GetUnicodeCategory(character) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate => CharacterClass.Control,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => CharacterClass.WhiteSpace,
        UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
            or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
            or UnicodeCategory.OtherPunctuation => CharacterClass.Punctuation,
        _ => CharacterClass.Word,
    };

    // The blocks that BERT separates; kana and hangul are not among them.
    private static bool IsIdeograph(int value) => value is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
