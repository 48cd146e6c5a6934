namespace AiGateway.Semantics.Facts;

/// <summary>Counts the words that negate, but for those that only sound so.</summary>
internal static class NegationReader
{
    private static readonly ulong Only = WordKey.Of("only");

    public static int Count(ReadOnlySpan<FactToken> tokens, out int first)
    {
        var count = 0;
        first = -1;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i].Role != WordRole.Negation)
                continue;
            // "or not", "not only", and the tag "isn't it?".
            if (i > 0 && tokens[i - 1].Role == WordRole.Coordinator
                || i + 1 < tokens.Length && tokens[i + 1].Key == Only
                || i > 1 && tokens[i - 2].Role == WordRole.Comma && i + 1 < tokens.Length && tokens[i + 1].Role == WordRole.Pronoun && (i + 2 == tokens.Length || tokens[i + 2].Role == WordRole.SentenceEnd))
                continue;
            first = first < 0 ? i : first;
            count++;
        }
        return count;
    }
}
