using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>Unicode's canonical decompositions (NFD), from a table in the program, because .NET's own normalisation is switched off in invariant globalisation mode.</summary>
/// <remarks>Marks are not put in canonical order, which no caller needs: they drop them.</remarks>
internal static class CanonicalDecompositions
{
    /// <summary>The most characters that one becomes.</summary>
    public const int MostCharacters = 4;

    private const string Resource = "AiGateway.Semantics.Embedding.Tokenizing.canonical-decompositions.txt";

    // Hangul syllables are numbered by their parts (The Unicode Standard, section 3.12).
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TrailFirst = 0x11A7;
    private const int VowelCount = 21;
    private const int TrailCount = 28;

    private static readonly FrozenDictionary<int, Rune[]> Table = Read();

    /// <summary>Writes what a character decomposes to, often itself, to <paramref name="parts"/>, which has room for <see cref="MostCharacters"/>.</summary>
    /// <returns>How many characters that is.</returns>
    public static int Decompose(Rune character, Span<Rune> parts)
    {
        var hangul = character.Value - HangulFirst;
        if ((uint)hangul < HangulCount)
        {
            parts[0] = new Rune(LeadFirst + (hangul / (VowelCount * TrailCount)));
            parts[1] = new Rune(VowelFirst + (hangul / TrailCount % VowelCount));
            parts[2] = new Rune(TrailFirst + (hangul % TrailCount));
            return hangul % TrailCount == 0 ? 2 : 3;
        }
        if (Table.TryGetValue(character.Value, out var found))
        {
            found.CopyTo(parts);
            return found.Length;
        }
        parts[0] = character;
        return 1;
    }

    private static FrozenDictionary<int, Rune[]> Read()
    {
        var table = new Dictionary<int, Rune[]>();
        using var reader = new StreamReader(typeof(CanonicalDecompositions).Assembly.GetManifestResourceStream(Resource)!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }
            var characters = line.Split(' ').Select(hex => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            table.Add(characters[0], [.. characters.Skip(1).Select(character => new Rune(character))]);
        }
        return table.ToFrozenDictionary();
    }
}
