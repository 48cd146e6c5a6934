namespace AiGateway.Semantics.Facts;

/// <summary>Takes the endings of number and tense off English words, so that <c>converts</c>, <c>converted</c> and <c>converting</c> are one. Cautious: agents and other derivations stay apart.</summary>
internal static class Stemmer
{
    /// <summary>Shortens a folded word in place; returns its new length.</summary>
    public static int Stem(Span<char> word)
    {
        var n = word.Length;
        if (n <= 3)
            return n;
        foreach (var c in word)
            if (c is not (>= 'a' and <= 'z'))
                return n;

        // Plurals and third persons.
        if (Ends(word, n, "ies") || Ends(word, n, "ied"))
        {
            if (n > 4)
            {
                word[n - 3] = 'y';
                return n - 2;
            }
            n--;
        }
        else if (Ends(word, n, "sses") || Ends(word, n, "shes") || Ends(word, n, "ches") || Ends(word, n, "xes") || Ends(word, n, "zes") || Ends(word, n, "oes"))
            n -= 2;
        else if (word[n - 1] == 's' && word[n - 2] is not ('s' or 'u' or 'i'))
            n--;

        // Tenses, where a vowel stays before them.
        if (n > 5 && Ends(word, n, "ing") && HasVowel(word[..(n - 3)]))
            n -= 3;
        else if (n > 4 && Ends(word, n, "ed") && word[n - 3] != 'e' && HasVowel(word[..(n - 2)]))
            n -= 2;

        if (n > 3 && word[n - 1] == 'e')
        {
            n--;
            if (word[n - 1] == 'i')
                word[n - 1] = 'y';
        }
        if (n > 3 && word[n - 1] == word[n - 2])
            n--;
        return n;
    }

    private static bool Ends(ReadOnlySpan<char> word, int length, string ending) => word[..length].EndsWith(ending, StringComparison.Ordinal);

    private static bool HasVowel(ReadOnlySpan<char> word) => word.IndexOfAny("aeiouy") >= 0;
}
