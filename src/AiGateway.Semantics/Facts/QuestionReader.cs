namespace AiGateway.Semantics.Facts;

/// <summary>Tells what kind of answer a text asks for.</summary>
internal static class QuestionReader
{
    // How many tokens behind the question word its noun is looked for: "what is the single most important reason".
    private const int Reach = 7;

    private static readonly ulong[] Ways = Keys("way", "ways", "method", "step", "process", "procedure", "trick", "tip");
    private static readonly ulong[] Reasons = Keys("reason", "cause", "make", "purpose", "explain", "motive");
    private static readonly ulong[] Moments = Keys("time", "date", "year", "day", "month", "age", "deadline", "hour", "century", "moment");
    private static readonly ulong[] Places = Keys("place", "location", "country", "city", "site", "website", "address", "state", "region", "app");
    private static readonly ulong[] Persons = Keys("person", "man", "woman", "company", "name", "team", "player", "author", "writer", "actor", "people", "inventor", "leader", "president", "founder", "singer", "one");
    private static readonly ulong[] Amounts = Keys("price", "cost", "fee", "salary", "amount", "pay", "charge");
    private static readonly ulong[] Counts = Keys("number", "population", "count", "percentage", "total");
    private static readonly ulong[] Likes = Keys("like", "feel", "think", "opinion", "happen", "change", "differ", "difference", "mean", "work");
    private static readonly ulong[] Durations = Keys("length", "duration", "long");
    private static readonly ulong[] Measures = Keys("height", "age", "size", "weight", "width", "depth", "distance", "speed", "temperature", "length", "difficulty", "frequency");
    private static readonly ulong[] Degrees = Keys("far", "often");
    private static readonly ulong[] Telling = Keys("know", "tell", "explain", "say", "describe", "help", "suggest", "show", "recommend", "give");
    private static readonly ulong Many = WordKey.Of("many");
    private static readonly ulong Much = WordKey.Of("much");
    private static readonly ulong Come = WordKey.Of("come");

    /// <param name="modal">For a question answered by yes or no that begins so: can, will, should or must.</param>
    public static QuestionForms Read(ReadOnlySpan<FactToken> tokens, out WordRole modal)
    {
        modal = WordRole.None;
        var first = 0;
        while (first < tokens.Length && tokens[first].Role is WordRole.Light or WordRole.Coordinator or WordRole.Comma or WordRole.Negation)
            first++;
        if (first == tokens.Length)
            return QuestionForms.None;
        var inverted = tokens[first].Role is WordRole.Auxiliary or WordRole.ModalPossible or WordRole.ModalFuture or WordRole.ModalAdvised or WordRole.ModalRequired;
        // "Can you tell me how" asks how.
        var asksToTell = inverted && ContainsAny(tokens, first + 1, first + 5, Telling);

        var forms = QuestionForms.None;
        var any = -1;
        for (var i = first; i < tokens.Length; i++)
        {
            if (tokens[i].Role is < WordRole.QuestionWhat or > WordRole.QuestionHow)
                continue;
            any = any < 0 ? i : any;
            // "When I run" behind a verb is no question; several questions in one text ask for several kinds of answer.
            if (i == first || tokens[i - 1].Role is WordRole.Comma or WordRole.SentenceEnd or WordRole.Coordinator || (!inverted || asksToTell) && tokens[i - 1].Kind == FactTokenKind.Function)
                forms |= Of(tokens, i);
        }
        if (inverted && forms == QuestionForms.None)
        {
            modal = tokens[first].Role is WordRole.Auxiliary ? WordRole.Auxiliary : tokens[first].Role;
            // "Is there a way to" is answered by the way.
            return ContainsAny(tokens, first, first + Reach, Ways.AsSpan(0, 2)) ? QuestionForms.YesOrNo | QuestionForms.How : QuestionForms.YesOrNo;
        }
        if (forms == QuestionForms.None && any >= 0)
            forms = Of(tokens, any);
        return inverted ? forms | QuestionForms.YesOrNo : forms;
    }

    /// <summary>
    /// Whether two kinds of answer exclude each other. Yes or no does not exclude how or why, in practice: people ask "can I" and mean "how".
    /// Neither do what and how, what and who, how and where, how and how common.
    /// </summary>
    public static bool Exclude(QuestionForms a, QuestionForms b)
    {
        const QuestionForms specific = QuestionForms.Who | QuestionForms.When | QuestionForms.Where | QuestionForms.Why | QuestionForms.HowMany | QuestionForms.HowMuch | QuestionForms.HowLong | QuestionForms.HowFar;
        if (a == QuestionForms.None || b == QuestionForms.None || (a & b) != QuestionForms.None || (a | b).HasFlag(QuestionForms.YesOrNo) || ((a | b) & specific) == QuestionForms.None)
            return false;
        return (a | b) is not ((QuestionForms.What | QuestionForms.Who) or (QuestionForms.How | QuestionForms.Where) or (QuestionForms.How | QuestionForms.HowFar) or (QuestionForms.How | QuestionForms.HowMuch));
    }

    private static QuestionForms Of(ReadOnlySpan<FactToken> tokens, int index)
    {
        switch (tokens[index].Role)
        {
            case WordRole.QuestionWho:
                return QuestionForms.Who;
            case WordRole.QuestionWhen:
                return QuestionForms.When;
            case WordRole.QuestionWhere:
                return QuestionForms.Where;
            case WordRole.QuestionWhy:
                return QuestionForms.Why;
            case WordRole.QuestionHow:
                return OfHow(tokens, index);
        }
        var forms = QuestionForms.What;
        var end = index + Reach;
        if (ContainsAny(tokens, index, end, Ways))
            forms |= QuestionForms.How;
        if (ContainsAny(tokens, index, end, Reasons))
            forms |= QuestionForms.Why;
        if (ContainsAny(tokens, index, index + 4, Moments))
            forms |= QuestionForms.When;
        if (ContainsAny(tokens, index, end, Places))
            forms |= QuestionForms.Where;
        if (ContainsAny(tokens, index, end, Persons))
            forms |= QuestionForms.Who;
        if (ContainsAny(tokens, index, end, Amounts))
            forms |= QuestionForms.HowMuch;
        if (ContainsAny(tokens, index, end, Counts))
            forms |= QuestionForms.HowMany | QuestionForms.HowMuch;
        if (ContainsAny(tokens, index, end, Likes))
            forms |= QuestionForms.How;
        if (ContainsAny(tokens, index, end, Durations))
            forms |= QuestionForms.HowLong;
        if (ContainsAny(tokens, index, end, Measures))
            forms |= QuestionForms.HowFar;
        return forms;
    }

    private static QuestionForms OfHow(ReadOnlySpan<FactToken> tokens, int index)
    {
        if (index + 1 == tokens.Length)
            return QuestionForms.How;
        var next = tokens[index + 1];
        if (next.Key == Many)
            return QuestionForms.HowMany;
        if (next.Key == Much)
            return ContainsAny(tokens, index, index + 4, Moments.AsSpan(0, 1)) ? QuestionForms.HowLong : QuestionForms.HowMuch;
        if (next.Key == Durations[2])
            return QuestionForms.HowLong;
        if (next.Key == Come)
            return QuestionForms.Why;
        return next.Entry is { Axes.Length: > 0, Role: WordRole.None } || Degrees.Contains(next.Key) ? QuestionForms.HowFar : QuestionForms.How;
    }

    private static bool ContainsAny(ReadOnlySpan<FactToken> tokens, int start, int end, ReadOnlySpan<ulong> keys)
    {
        for (var i = start; i < end && i < tokens.Length; i++)
        {
            if (i > start && tokens[i].Role == WordRole.SentenceEnd)
                return false;
            if (keys.Contains(tokens[i].Key))
                return true;
        }
        return false;
    }

    private static ulong[] Keys(params ReadOnlySpan<string> words)
    {
        var keys = new ulong[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i].ToCharArray();
            // Function words keep their surface, all others are known by their stem.
            var surface = WordKey.Of(word);
            keys[i] = Lexicon.Find(surface) is { Role: not WordRole.None } ? surface : WordKey.Of(word.AsSpan(0, Stemmer.Stem(word)));
        }
        return keys;
    }
}
