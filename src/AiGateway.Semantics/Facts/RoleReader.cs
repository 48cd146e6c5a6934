namespace AiGateway.Semantics.Facts;

/// <summary>Makes tokens of drafts: gives each content word the preposition or conjunction that governs it, and finds participles of the passive voice.</summary>
internal static class RoleReader
{
    // Between "was" and its participle ("was never really loved"), and between the participle and "by" ("written in 1960 by").
    private const int VoiceReach = 3;
    private const int AgentReach = 6;

    private static readonly string[] ParticipleEndings = ["ed", "en", "wn", "ght"];

    private static readonly string[] IrregularParticiples =
        ["made", "done", "sold", "told", "held", "built", "sent", "led", "won", "lost", "put", "cut", "hit", "hurt", "shot", "read", "set", "fed", "met", "paid", "said", "sung", "found", "left", "struck", "run", "spent", "shut", "heard", "kept", "hung", "begun"];

    public static FactToken[] Read(ReadOnlySpan<char> text, ReadOnlySpan<Draft> drafts)
    {
        var tokens = new FactToken[drafts.Length];
        var marker = WordRole.None;
        var titled = IsTitled(drafts);
        for (var i = 0; i < drafts.Length; i++)
        {
            ref readonly var draft = ref drafts[i];
            var traits = draft.Traits;
            if (titled)
                traits &= ~FactTraits.Capital;
            if (draft.Kind == FactTokenKind.Function)
            {
                marker = Governs(draft.Role) ? draft.Role
                    : draft.Role is WordRole.Determiner or WordRole.Pronoun or WordRole.Light ? marker
                    : WordRole.None;
                tokens[i] = new FactToken(draft.Key, draft.Entry, draft.Start, draft.Length, draft.Kind, draft.Role, WordRole.None, traits);
                continue;
            }
            if (IsPassive(text, drafts, i))
                traits |= FactTraits.Passive;
            var kind = draft.Kind == FactTokenKind.Word && traits.HasFlag(FactTraits.Capital) ? FactTokenKind.Name : draft.Kind;
            tokens[i] = new FactToken(draft.Key, draft.Entry, draft.Start, draft.Length, kind, WordRole.None, marker, traits);
            // "In 2003 Smith wrote": the date is all that "in" governs.
            if (draft.Kind is FactTokenKind.Date or FactTokenKind.Time)
                marker = WordRole.None;
        }
        return tokens;
    }

    /// <summary>Whether what follows is governed by it.</summary>
    private static bool Governs(WordRole role) => role >= WordRole.SubordinatorIf;

    /// <summary>Whether most words have capitals, so that they mean nothing.</summary>
    private static bool IsTitled(ReadOnlySpan<Draft> drafts)
    {
        var capitals = 0;
        var words = 0;
        foreach (ref readonly var draft in drafts)
        {
            if (draft.Kind is not (FactTokenKind.Word or FactTokenKind.Name))
                continue;
            words++;
            if (draft.Traits.HasFlag(FactTraits.Capital))
                capitals++;
        }
        return words > 3 && capitals * 3 > words * 2;
    }

    private static bool IsParticiple(ReadOnlySpan<char> word)
    {
        foreach (var ending in ParticipleEndings)
            if (word.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return true;
        foreach (var participle in IrregularParticiples)
            if (word.Equals(participle, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static bool IsPassive(ReadOnlySpan<char> text, ReadOnlySpan<Draft> drafts, int index)
    {
        ref readonly var verb = ref drafts[index];
        if (verb.Kind is not (FactTokenKind.Word or FactTokenKind.Name))
            return false;
        // "By" is rarer than what ends as a participle does, and cheaper to find.
        var by = index + 1;
        var end = Math.Min(drafts.Length, by + AgentReach);
        while (by < end && drafts[by].Role is not (WordRole.SentenceEnd or WordRole.Auxiliary or WordRole.PrepositionBy))
            by++;
        if (by == end || drafts[by].Role != WordRole.PrepositionBy || !IsParticiple(text.Slice(verb.Start, verb.Length)))
            return false;
        // Directly before "by" a participle needs no auxiliary: "a novel written by".
        if (by == index + 1)
            return true;
        for (var i = index - 1; i >= 0 && i >= index - VoiceReach; i--)
            if (drafts[i].Role == WordRole.Auxiliary)
                return true;
            else if (drafts[i].Role is not (WordRole.Light or WordRole.Negation))
                return false;
        return false;
    }
}
