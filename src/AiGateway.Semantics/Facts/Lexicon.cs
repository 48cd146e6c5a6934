using System.Collections.Frozen;
using System.Globalization;

namespace AiGateway.Semantics.Facts;

/// <summary>The word lists of <c>Facts/Words</c>, by the keys of words and of their stems.</summary>
internal static class Lexicon
{
    private static readonly Dictionary<string, byte> Dimensions = new(StringComparer.Ordinal);
    private static readonly FrozenDictionary<ulong, LexiconEntry> Entries = Load();

    // In the list of units the currencies come last.
    private static readonly byte FirstCurrency = Dimensions["usd"];

    /// <summary>Dimension of plain numbers.</summary>
    public const byte Plain = 0;

    public static byte PercentDimension { get; } = Dimensions["percent"];

    public static LexiconEntry? Find(ulong key) => Entries.GetValueOrDefault(key);

    public static byte Dimension(string name) => Dimensions[name];

    /// <summary>Whether a dimension is a currency.</summary>
    public static bool IsMoney(byte dimension) => dimension >= FirstCurrency;

    private static FrozenDictionary<ulong, LexiconEntry> Load()
    {
        var surfaces = new Dictionary<string, LexiconEntry>(StringComparer.Ordinal);
        LexiconEntry Entry(string word) => surfaces.TryGetValue(word, out var entry) ? entry : surfaces[word] = new LexiconEntry();

        foreach (var (head, words) in Lines("function"))
            foreach (var word in words)
            {
                Entry(word).Role = RoleOf(head);
                Entry(word).IsCommon = true;
            }

        short axis = 0;
        foreach (var line in Plainly("opposites"))
        {
            axis++;
            var sides = line.Split('|');
            for (var side = 0; side < 2; side++)
                foreach (var word in sides[side].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    var entry = Entry(word);
                    entry.Axes = [.. entry.Axes, side == 0 ? axis : (short)-axis];
                    entry.IsCommon = true;
                }
        }

        ushort group = 0;
        foreach (var line in Plainly("synonyms"))
        {
            group++;
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var entry = Entry(word);
                entry.Groups = [.. entry.Groups, group];
                entry.IsCommon = true;
            }
        }

        foreach (var line in Plainly("common"))
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Entry(word).IsCommon = true;
        foreach (var line in Plainly("names"))
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Entry(word).IsName = true;

        foreach (var (head, words) in Lines("units"))
        {
            var parts = head.Split(' ');
            if (!Dimensions.TryGetValue(parts[0], out var dimension))
                Dimensions[parts[0]] = dimension = (byte)(Dimensions.Count + 1);
            foreach (var word in words)
            {
                Entry(word).Dimension = dimension;
                Entry(word).Factor = decimal.Parse(parts[1], CultureInfo.InvariantCulture);
            }
        }
        foreach (var (head, words) in Lines("numbers"))
            foreach (var word in words)
                Entry(word).Number = decimal.Parse(head, CultureInfo.InvariantCulture);
        foreach (var (head, words) in Lines("months"))
            foreach (var word in words)
                Entry(word).Month = byte.Parse(head, CultureInfo.InvariantCulture);
        var language = 0;
        foreach (var (_, words) in Lines("languages"))
        {
            foreach (var word in words)
                Entry(word).Languages |= 1u << language;
            language++;
        }

        // Words as they stand come before stems: "does" is not the plural of "doe".
        var entries = new Dictionary<ulong, LexiconEntry>(surfaces.Count * 2);
        foreach (var (word, entry) in surfaces)
            entries[WordKey.Of(word)] = entry;
        foreach (var (word, entry) in surfaces)
        {
            if (entry.Role != WordRole.None || !(entry.IsCommon || entry.IsName))
                continue;
            var stem = word.ToCharArray();
            entries.TryAdd(WordKey.Of(stem.AsSpan(0, Stemmer.Stem(stem))), entry);
        }
        return entries.ToFrozenDictionary();
    }

    private static WordRole RoleOf(string head) => head switch
    {
        "determiner" => WordRole.Determiner,
        "pronoun" => WordRole.Pronoun,
        "auxiliary" => WordRole.Auxiliary,
        "light" => WordRole.Light,
        "negation" => WordRole.Negation,
        "coordinator" => WordRole.Coordinator,
        // "preposition from" is PrepositionFrom.
        _ => Enum.Parse<WordRole>(head.Replace(" ", "", StringComparison.Ordinal), ignoreCase: true),
    };

    private static IEnumerable<(string Head, string[] Words)> Lines(string list)
    {
        foreach (var line in Plainly(list))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            yield return (line[..colon], line[(colon + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    private static IEnumerable<string> Plainly(string list)
    {
        using var stream = typeof(Lexicon).Assembly.GetManifestResourceStream($"AiGateway.Semantics.Facts.Words.{list}.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (line.Length > 0 && line[0] != '#')
                yield return line;
    }
}
