using System.Buffers;

namespace AiGateway.Semantics.Facts;

/// <summary>Takes the endings of number and tense off English words, so that <c>converts</c>, <c>converted</c> and <c>converting</c> are one. Cautious: agents and other derivations stay apart.</summary>
internal static class Stemmer
{
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    /// <summary>Shortens a folded word in place; returns its new length, which is never greater.</summary>
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
        if (n > 4 && Ends(word, n, "ing") && HasVowel(word[..(n - 3)]))
            return Restored(word, n - 3);
        if (n > 3 && Ends(word, n, "ed") && word[n - 3] != 'e' && HasVowel(word[..(n - 2)]))
            return Restored(word, n - 2);

        // The last e goes where the tenses do not bring it back.
        if (n > 3 && word[n - 1] == 'e' && !IsShort(word[..(n - 1)]))
        {
            n--;
            if (word[n - 1] == 'i')
                word[n - 1] = 'y';
        }
        return n > 3 && word[n - 1] == word[n - 2] ? n - 1 : n;
    }

    /// <summary>What a tense was put on: "hopp" is hop, "hop" is hope.</summary>
    private static int Restored(Span<char> word, int n)
    {
        if (n > 2 && word[n - 1] == word[n - 2])
            return n - 1;
        if (!IsShort(word[..n]))
            return n;
        word[n] = 'e';
        return n + 1;
    }

    /// <summary>One syllable that ends with one consonant behind one vowel: "hop", "driv", "us".</summary>
    private static bool IsShort(ReadOnlySpan<char> word)
    {
        var n = word.Length;
        if (n < 2 || IsVowel(word[n - 1]) || !IsVowel(word[n - 2]) || word[n - 1] is 'w' or 'x' or 'y')
            return false;
        for (var i = 0; i < n - 2; i++)
            if (IsVowel(word[i]))
                return false;
        return true;
    }

    private static bool Ends(ReadOnlySpan<char> word, int length, string ending) => word[..length].EndsWith(ending, StringComparison.Ordinal);

    private static bool HasVowel(ReadOnlySpan<char> word) => word.IndexOfAny(Vowels) >= 0;

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u';
}
