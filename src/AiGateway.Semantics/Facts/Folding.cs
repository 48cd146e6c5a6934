using System.Globalization;

namespace AiGateway.Semantics.Facts;

/// <summary>Brings characters that look or mean the same to one: lower case, no accents, ASCII forms of full-width letters, digits of every script and typographic signs.</summary>
internal static class Folding
{
    /// <summary>Stands for a character that is not there: zero-width, directional and other invisible ones, combining marks.</summary>
    public const char Nothing = '\0';

    // Latin-1 and Latin Extended-A by position from U+00C0, without their accents. A space keeps the character.
    private const string Latin =
        "aaaaaa ceeeeiiiidnooooo ouuuuy saaaaaa ceeeeiiiidnooooo ouuuuy yaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii  jjkk llllllllllnnnnnnn  oooooo  rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    public static char Fold(char c)
    {
        if (c < 0x80)
            return c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c < ' ' ? ' ' : c == 0x7f ? Nothing : c;
        if (c is >= '\u00c0' and < '\u0180')
        {
            var folded = Latin[c - 0xc0];
            return folded != ' ' ? folded : c == '\u00d7' ? '*' : char.ToLowerInvariant(c);
        }
        if (c is >= '\uff01' and <= '\uff5e')
            return Fold((char)(c - 0xfee0));
        switch (c)
        {
            case '\u2018' or '\u2019' or '\u201b' or '\u02bc' or '\u2032' or '\u00b4':
                return '\'';
            case '\u201c' or '\u201d' or '\u201e' or '\u201f' or '\u00ab' or '\u00bb' or '\u2033' or '\u300c' or '\u300d' or '\u300e' or '\u300f':
                return '"';
            case (>= '\u2010' and <= '\u2015') or '\u2212':
                return '-';
            case '\u2026' or '\u3002':
                return '.';
            case '\u3001':
                return ',';
            case '\u22c5' or '\u00b7':
                return '*';
            case '\u00ad':
                return Nothing;
        }
        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.DecimalDigitNumber => (char)('0' + (int)char.GetNumericValue(c)),
            // The marks of Latin, Greek and Cyrillic letters are accents; those of Indic and Arabic ones are vowels, and stay.
            UnicodeCategory.NonSpacingMark when c is (>= '\u0300' and <= '\u036f') or (>= '\ufe00' and <= '\ufe0f') => Nothing,
            UnicodeCategory.Format or UnicodeCategory.EnclosingMark or UnicodeCategory.OtherNotAssigned => Nothing,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control => ' ',
            _ => char.ToLowerInvariant(c),
        };
    }

    /// <summary>Whether a folded character is part of a word.</summary>
    public static bool IsWord(char c) => c < 0x80
        ? c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_'
        : char.IsLetter(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber;

    /// <summary>Whether a script is written without spaces between words: each of its characters is then a word.</summary>
    public static bool StandsAlone(char c) => c is (>= '\u2e80' and <= '\u31ff') or (>= '\u3400' and <= '\u9fff') or (>= '\uf900' and <= '\ufaff') or (>= '\u0e00' and <= '\u0eff') or (>= '\u1000' and <= '\u109f') or (>= '\u1780' and <= '\u17ff');
}
