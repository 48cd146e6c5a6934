namespace AiGateway.Semantics.Facts;

/// <summary>Finds what stands between double quotation marks, or single ones that are no apostrophes.</summary>
internal static class QuoteReader
{
    /// <summary>More are not looked at.</summary>
    private const int MaxQuotes = 16;

    /// <param name="tokens">The text's tokens, in order.</param>
    public static QuoteSpan[] Read(ReadOnlySpan<char> text, ReadOnlySpan<FactToken> tokens)
    {
        List<QuoteSpan>? quotes = null;
        var open = -1;
        var sign = ' ';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is (>= 'a' and <= 'z') or ' ')
                continue;
            c = Folding.Fold(c);
            if (c is '`' or '\'' && i + 1 < text.Length && text[i + 1] == c)
                (c, i) = ('"', i + 1);
            if (c is not ('"' or '\''))
                continue;
            if (open < 0)
            {
                if (c == '\'' && (i > 0 && !char.IsWhiteSpace(text[i - 1]) && text[i - 1] is not '(' || i + 1 == text.Length || char.IsWhiteSpace(text[i + 1])))
                    continue;
                (open, sign) = (i + 1, c);
            }
            else if (c == sign && (c == '"' || i + 1 == text.Length || !char.IsLetterOrDigit(text[i + 1])))
            {
                // Doubled marks, as tables write them, hold nothing.
                if (i > open && KeyOf(tokens, open, i) is { } key)
                {
                    quotes ??= [];
                    quotes.Add(new QuoteSpan(key, open, i - open));
                    if (quotes.Count == MaxQuotes)
                        break;
                    open = -1;
                }
                else
                    open = i + 1;
                if (open >= 0 && sign == '\'')
                    open = -1;
            }
        }
        return quotes?.ToArray() ?? [];
    }

    private static ulong? KeyOf(ReadOnlySpan<FactToken> tokens, int start, int end)
    {
        ulong? key = null;
        foreach (var token in tokens)
            if (token.Start >= start && token.Start + token.Length <= end && token.Role is not (WordRole.Comma or WordRole.SentenceEnd or WordRole.Determiner))
                key = WordKey.Mix(key ?? 0, token.Key);
        return key;
    }
}
