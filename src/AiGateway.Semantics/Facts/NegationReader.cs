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
            // "or not", "why or why not", "if not", "is and isn't", "not only", and the tag "isn't it?".
            if (i > 0 && tokens[i - 1].Role is WordRole.Coordinator or WordRole.SubordinatorIf
                || i > 1 && tokens[i - 1].Role == WordRole.QuestionWhy && tokens[i - 2].Role == WordRole.Coordinator
                || i > 2 && tokens[i - 2].Role is WordRole.Coordinator or WordRole.Comma && IsVerb(tokens[i - 1].Role) && IsVerb(tokens[i - 3].Role)
                || i + 1 < tokens.Length && tokens[i + 1].Key == Only
                || i > 1 && tokens[i - 2].Role == WordRole.Comma && i + 1 < tokens.Length && tokens[i + 1].Role == WordRole.Pronoun && (i + 2 == tokens.Length || tokens[i + 2].Role == WordRole.SentenceEnd))
                continue;
            first = first < 0 ? i : first;
            count++;
        }
        return count;
    }

    private static bool IsVerb(WordRole role) => role is WordRole.Auxiliary or (>= WordRole.ModalPossible and <= WordRole.ModalRequired);
}
