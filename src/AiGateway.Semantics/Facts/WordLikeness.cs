namespace AiGateway.Semantics.Facts;

/// <summary>Whether two different words are likely the same: a slip of the keyboard, or another ending of one stem.</summary>
internal static class WordLikeness
{
    private const int MaxLength = 24;

    // Endings that lead from one part of speech to another without turning the meaning round ("less" does, and is not here).
    private static readonly string[] Endings =
        ["", "e", "er", "or", "ers", "al", "ly", "ic", "ical", "ist", "ment", "ion", "tion", "ation", "ition", "ity", "ive", "ative", "ful", "ness", "y", "ian", "an", "n", "ese", "ish", "ance", "ence", "ant", "ent", "able", "ible", "ous", "th", "ize", "ise", "ized", "ised", "izing", "s", "es", "ed", "ing", "en", "a", "i", "ar", "ary", "ability", "ism"];

    /// <summary>Prefixes that negate, by which <c>impossible</c> is <c>not possible</c>.</summary>
    private static readonly string[] Negating = ["un", "in", "im", "il", "ir", "dis", "non", "de"];

    public static bool SameStem(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.Length < 4 || b.Length < 4 || Folding.Fold(a[0]) != Folding.Fold(b[0]) || Folding.Fold(a[3]) != Folding.Fold(b[3]))
            return false;
        Span<char> x = stackalloc char[MaxLength];
        Span<char> y = stackalloc char[MaxLength];
        if (!TryFold(a, ref x) || !TryFold(b, ref y))
            return false;
        var shared = x.CommonPrefixLength(y);
        // Back to where both rests are endings: "decide" and "decision" share "deci".
        for (var cut = shared; cut >= 4 && cut >= shared - 1; cut--)
            if (IsEnding(x[cut..]) && IsEnding(y[cut..]))
                return true;
        return false;
    }

    /// <summary>One slip (a letter more, less, other, or two exchanged) in words of five letters, two from nine.</summary>
    public static bool Misspelt(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (Folding.Fold(a[0]) != Folding.Fold(b[0]) || Math.Abs(a.Length - b.Length) > 2)
            return false;
        Span<char> x = stackalloc char[MaxLength];
        Span<char> y = stackalloc char[MaxLength];
        if (!TryFold(a, ref x) || !TryFold(b, ref y))
            return false;
        var shorter = Math.Min(x.Length, y.Length);
        return shorter >= 5 && Distance(x, y) <= (shorter >= 9 ? 2 : 1);
    }

    /// <summary>Whether one is the other with a prefix that negates.</summary>
    public static bool Negates(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var longer = a.Length > b.Length ? a : b;
        var shorter = a.Length > b.Length ? b : a;
        if (shorter.Length < 4 || !longer.EndsWith(shorter, StringComparison.OrdinalIgnoreCase))
            return false;
        var prefix = longer[..^shorter.Length];
        foreach (var negating in Negating)
            if (prefix.Equals(negating, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    /// <summary>Whether <paramref name="joined"/> is the two others written as one: smartphone, smart phone.</summary>
    public static bool IsCompound(ReadOnlySpan<char> joined, ReadOnlySpan<char> first, ReadOnlySpan<char> second) =>
        first.Length + second.Length is var sum && (joined.Length == sum || joined.Length == sum + 1 && joined[^1] is 's')
        && joined.StartsWith(first, StringComparison.OrdinalIgnoreCase)
        && joined.Slice(first.Length, second.Length).Equals(second, StringComparison.OrdinalIgnoreCase);

    private static bool TryFold(ReadOnlySpan<char> word, ref Span<char> folded)
    {
        if (word.Length > MaxLength)
            return false;
        var length = 0;
        foreach (var c in word)
            if (Folding.Fold(c) is var f && f != Folding.Nothing)
                folded[length++] = f;
        folded = folded[..length];
        return length > 0;
    }

    private static bool IsEnding(ReadOnlySpan<char> rest)
    {
        foreach (var ending in Endings)
            if (rest.SequenceEqual(ending))
                return true;
        return false;
    }

    /// <summary>Optimal string alignment: insertions, deletions, replacements, exchanges of neighbours.</summary>
    private static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
            return 3;
        var width = b.Length + 1;
        Span<byte> cells = stackalloc byte[3 * (MaxLength + 1)];
        var before = cells[..width];
        var above = cells.Slice(width, width);
        var row = cells.Slice(2 * width, width);
        for (var j = 0; j < width; j++)
            above[j] = (byte)j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = (byte)i;
            for (var j = 1; j < width; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(row[j - 1], above[j]) + 1, above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, before[j - 2] + 1);
                row[j] = (byte)least;
            }
            var spare = before;
            before = above;
            above = row;
            row = spare;
        }
        return above[b.Length];
    }
}
