namespace AiGateway.Semantics.Facts;

/// <summary>Compares the facts of two texts.</summary>
/// <remarks>Pure and symmetric in cost, not in result: a verdict names the values of the cached text first. Allocates nothing but what <see cref="FactVerdict.Explain"/> is asked for.</remarks>
internal ref struct FactComparison
{
    /// <summary>Kinds that forbid a hit by themselves; modality is only noted.</summary>
    private const uint Vetoes = ~(1u << (int)FactKind.Modality);

    /// <summary>Names and negations tell texts apart that share at least that much of their content.</summary>
    private const float WordOverlap = 0.6f;

    /// <summary>The order of words tells roles apart only in texts that share most of their content.</summary>
    private const float OrderOverlap = 0.7f;

    private readonly TextFacts _a;
    private readonly TextFacts _b;
    private readonly Span<short> _ofA;
    private readonly Span<short> _ofB;
    private uint _kinds;
    private FactKind _veto;
    private (int Start, int Length) _inA;
    private (int Start, int Length) _inB;

    private FactComparison(TextFacts a, TextFacts b, Span<short> ofA, Span<short> ofB)
    {
        _a = a;
        _b = b;
        _ofA = ofA;
        _ofB = ofB;
    }

    public static FactVerdict Compare(TextFacts cached, TextFacts asked)
    {
        Span<short> ofCached = stackalloc short[cached.Tokens.Length];
        Span<short> ofAsked = stackalloc short[asked.Tokens.Length];
        return new FactComparison(cached, asked, ofCached, ofAsked).Run();
    }

    private FactVerdict Run()
    {
        if (_a.IsTooLong || _b.IsTooLong)
        {
            Disagree(FactKind.Length, default, default);
            return Verdict(default, default, default, default, default);
        }
        if (_a.Script != _b.Script && _a.Script != Script.None && _b.Script != Script.None || _a.Language != _b.Language && _a.Language >= 0 && _b.Language >= 0)
            Disagree(FactKind.Language, (0, _a.Text.Length), (0, _b.Text.Length));

        var alignment = new Alignment(_a, _b, _ofA, _ofB);
        alignment.Run();
        // Before all that looks for words without a partner: it may find some.
        var negation = PairNegated(out var wordA, out var wordB);
        var (rareA, unmatchedA) = CountUnmatched(_a, _ofA);
        var (rareB, unmatchedB) = CountUnmatched(_b, _ofB);
        var unmatched = unmatchedA + unmatchedB;
        var all = _a.ContentCount + _b.ContentCount;
        var overlap = all == 0 ? 1 : (float)(all - unmatched) / all;
        // Of texts that share little, single words say little; texts of few words share little as soon as one is another.
        var alike = overlap >= WordOverlap || unmatched <= 2;
        CompareUnmatched(alike);
        CompareQuotes();
        if (alike)
            CompareNegations(negation, wordA, wordB);
        if (alike)
            CompareOpposites();
        CompareQuestions();

        var order = new OrderCheck(_a, _b, _ofA);
        order.Run();
        if (order.Disagreement > 0 && overlap >= OrderOverlap)
            Disagree(FactKind.Order, order.InA, order.InB);
        return Verdict(overlap, unmatched, rareA + rareB, alignment.Near, order.Disagreement);
    }

    private readonly FactVerdict Verdict(float overlap, int unmatched, int rare, int near, float order)
    {
        var question = _a.Asks == _b.Asks ? 1 : (_a.Asks & _b.Asks) != QuestionForms.None ? 0.5f : 0;
        var (shorter, longer) = _a.ContentCount < _b.ContentCount ? (_a.ContentCount, _b.ContentCount) : (_b.ContentCount, _a.ContentCount);
        var features = new FactFeatures(overlap, unmatched, rare, near, order, longer == 0 ? 1 : (float)shorter / longer, question, _kinds);
        return new FactVerdict(_veto, features, _a, _b, _inA, _inB);
    }

    private void Disagree(FactKind kind, (int Start, int Length) inA, (int Start, int Length) inB)
    {
        _kinds |= 1u << (int)kind;
        if (_veto != FactKind.None || (Vetoes & 1u << (int)kind) == 0)
            return;
        (_veto, _inA, _inB) = (kind, inA, inB);
    }

    private static (int Start, int Length) Place(TextFacts facts, int token) => token < 0 ? default : (facts.Tokens[token].Start, facts.Tokens[token].Length);

    private static (int Rare, int All) CountUnmatched(TextFacts facts, ReadOnlySpan<short> partners)
    {
        var rare = 0;
        var all = 0;
        for (var i = 0; i < partners.Length; i++)
            if (partners[i] == Alignment.Unmatched && facts.Tokens[i].IsContent)
            {
                all++;
                if (facts.Tokens[i].Kind != FactTokenKind.Word)
                    rare++;
            }
        return (rare, all);
    }

    /// <summary>What has no partner on either side: values, technical words, code, names.</summary>
    private void CompareUnmatched(bool alike)
    {
        Disagree(FactKind.Code, First(_a, _ofA, FactTokenKind.Code, FactTokenKind.Code), First(_b, _ofB, FactTokenKind.Code, FactTokenKind.Code), either: true);

        var valueA = First(_a, _ofA, FactTokenKind.Number, FactTokenKind.Time);
        var valueB = First(_b, _ofB, FactTokenKind.Number, FactTokenKind.Time);
        if (valueA >= 0 || valueB >= 0)
            Disagree(KindOf(valueA >= 0 ? _a.Tokens[valueA].Kind : _b.Tokens[valueB].Kind), valueA, valueB, either: false);

        Disagree(FactKind.Token, First(_a, _ofA, FactTokenKind.Technical, FactTokenKind.Symbol), First(_b, _ofB, FactTokenKind.Technical, FactTokenKind.Symbol), either: false);
        if (alike)
            Disagree(FactKind.Name, First(_a, _ofA, FactTokenKind.Name, FactTokenKind.Technical), First(_b, _ofB, FactTokenKind.Name, FactTokenKind.Technical), either: false);
    }

    private void Disagree(FactKind kind, int a, int b, bool either)
    {
        if (either ? a >= 0 || b >= 0 : a >= 0 && b >= 0)
            Disagree(kind, Place(_a, a), Place(_b, b));
    }

    private static FactKind KindOf(FactTokenKind kind) => kind switch
    {
        FactTokenKind.Money => FactKind.Money,
        FactTokenKind.Percentage => FactKind.Percentage,
        FactTokenKind.Quantity => FactKind.Quantity,
        FactTokenKind.Date => FactKind.Date,
        FactTokenKind.Time => FactKind.Time,
        _ => FactKind.Number,
    };

    private static int First(TextFacts facts, ReadOnlySpan<short> partners, FactTokenKind from, FactTokenKind to)
    {
        for (var i = 0; i < partners.Length; i++)
            if (partners[i] == Alignment.Unmatched && facts.Tokens[i].Kind >= from && facts.Tokens[i].Kind <= to)
                return i;
        return -1;
    }

    /// <summary>Both quote, and not the same. A quotation that the other writes without marks is compared by its words.</summary>
    private void CompareQuotes()
    {
        if (_a.Quotes.Length == 0 || _b.Quotes.Length == 0)
            return;
        var a = Missing(_a.Quotes, _b.Quotes);
        var b = Missing(_b.Quotes, _a.Quotes);
        if (a >= 0 && b >= 0)
            Disagree(FactKind.Quote, (_a.Quotes[a].Start, _a.Quotes[a].Length), (_b.Quotes[b].Start, _b.Quotes[b].Length));
    }

    private static int Missing(QuoteSpan[] quotes, QuoteSpan[] others)
    {
        for (var i = 0; i < quotes.Length; i++)
        {
            var found = false;
            foreach (var other in others)
                found |= other.Key == quotes[i].Key;
            if (!found)
                return i;
        }
        return -1;
    }

    /// <summary>Counts negations; a word with a negating prefix on one side is one (impossible, not possible). Returns how many more the cached text has.</summary>
    private readonly int PairNegated(out int wordA, out int wordB)
    {
        var difference = _a.Negations - _b.Negations;
        (wordA, wordB) = (-1, -1);
        for (var i = 0; i < _ofA.Length && wordA < 0; i++)
        {
            if (!IsWord(_a.Tokens[i]) || _ofA[i] != Alignment.Unmatched)
                continue;
            for (var j = 0; j < _ofB.Length && wordA < 0; j++)
            {
                if (!IsWord(_b.Tokens[j]) || _ofB[j] != Alignment.Unmatched)
                    continue;
                var x = _a.Text.AsSpan(_a.Tokens[i].Start, _a.Tokens[i].Length);
                var y = _b.Text.AsSpan(_b.Tokens[j].Start, _b.Tokens[j].Length);
                if (!WordLikeness.Negates(x, y))
                    continue;
                (wordA, wordB) = (i, j);
                difference += x.Length > y.Length ? 1 : -1;
                // They are partners now: neither an opposite nor a name that the other lacks.
                (_ofA[i], _ofB[j]) = (Alignment.Absorbed, Alignment.Absorbed);
            }
        }
        return difference;
    }

    /// <summary>Function words have no partners; of them "possible" and its like can be negated by a prefix.</summary>
    private static bool IsWord(in FactToken token) => token.Kind is FactTokenKind.Word or FactTokenKind.Name || token.Role == WordRole.Light;

    /// <summary>Two negations cancel out.</summary>
    private void CompareNegations(int difference, int wordA, int wordB)
    {
        if (difference % 2 == 0)
            return;
        if (wordA >= 0)
            Disagree(FactKind.Negation, wordA, wordB, either: true);
        else
            Disagree(FactKind.Negation, _a.FirstNegation, _b.FirstNegation, either: true);
    }

    /// <summary>One text has a word, the other its opposite, and neither has both.</summary>
    private void CompareOpposites()
    {
        for (var i = 0; i < _ofA.Length; i++)
        {
            if (_ofA[i] != Alignment.Unmatched || _a.Tokens[i].Entry is not { Axes.Length: > 0 } x)
                continue;
            for (var j = 0; j < _ofB.Length; j++)
                if (_ofB[j] == Alignment.Unmatched && _b.Tokens[j].Entry is { Axes.Length: > 0 } y && LexiconEntry.Opposed(x, y) && !HasRelated(_a, y) && !HasRelated(_b, x))
                {
                    Disagree(FactKind.Opposite, i, j, either: false);
                    return;
                }
        }
    }

    private static bool HasRelated(TextFacts facts, LexiconEntry word)
    {
        foreach (var token in facts.Tokens)
            if (token.Entry is { Axes.Length: > 0 } entry && (ReferenceEquals(entry, word) || LexiconEntry.Related(entry, word)))
                return true;
        return false;
    }

    private void CompareQuestions()
    {
        if (QuestionReader.Exclude(_a.Asks, _b.Asks))
            Disagree(FactKind.Question, QuestionToken(_a), QuestionToken(_b), either: true);
        if (_a.Asks == QuestionForms.YesOrNo && _b.Asks == QuestionForms.YesOrNo && _a.Modal != _b.Modal)
            Disagree(FactKind.Modality, FirstOf(_a, _a.Modal), FirstOf(_b, _b.Modal), either: true);
    }

    private static int QuestionToken(TextFacts facts)
    {
        for (var i = 0; i < facts.Tokens.Length; i++)
            if (facts.Tokens[i].Role is >= WordRole.QuestionWhat and <= WordRole.QuestionHow)
                return i;
        return facts.Tokens.Length > 0 ? 0 : -1;
    }

    private static int FirstOf(TextFacts facts, WordRole role)
    {
        for (var i = 0; i < facts.Tokens.Length; i++)
            if (facts.Tokens[i].Role == role)
                return i;
        return -1;
    }
}
