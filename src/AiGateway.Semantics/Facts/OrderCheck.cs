namespace AiGateway.Semantics.Facts;

/// <summary>Tells moved words that change nothing (in 2003 X did Y; X did Y in 2003) from moved words that change roles (A beats B; B beats A).</summary>
/// <remarks>
/// <para>
/// The partners of an alignment fall into blocks that moved as a whole. Two blocks whose order turned round exchanged their roles where each now
/// stands between the neighbours of the other (x beats y, y beats x; from x to y, from y to x). A block that moved elsewhere has other neighbours,
/// and changes nothing.
/// </para>
/// <para>
/// Exchanges that mean nothing: members of a list, neighbours that took their prepositions along, relations that are the same both ways, and those
/// around a verb that changed its voice. In the last case words that kept their places changed roles. So did what changed <c>from</c> for
/// <c>to</c>, opposites that describe each other's nouns, and who did what where a question asks for the one who acts.
/// </para>
/// </remarks>
internal ref struct OrderCheck(TextFacts a, TextFacts b, ReadOnlySpan<short> ofA)
{
    /// <summary>Texts of more blocks share words and no order: they count as a disagreement.</summary>
    private const int MaxBlocks = 24;

    private readonly FactToken[] _a = a.Tokens;
    private readonly FactToken[] _b = b.Tokens;
    private readonly ReadOnlySpan<short> _ofA = ofA;

    private static readonly ulong[] FormsOfDo = [WordKey.Of("do"), WordKey.Of("does"), WordKey.Of("did")];

    /// <summary>Of the four neighbours of two places, how many must be the same.</summary>
    private const int MinPlaces = 3;

    // Verbs and nouns of relations that are the same both ways.
    private static readonly ulong[] SymmetricWords = Stems("differ", "difference", "compare", "comparison", "relation", "relationship", "similar", "similarity", "equal", "same", "common", "distinguish", "distinction", "marry", "married", "versus", "link", "correlation", "connection", "combine", "mix", "overlap", "meet", "connect", "join");

    /// <summary>Share of pairs of blocks that turned round without a harmless reason.</summary>
    public float Disagreement { get; private set; }

    /// <summary>Where in the first text the parts stand that changed roles: the whole of it where they are not known.</summary>
    public (int Start, int Length) InA { get; private set; } = (0, a.Text.Length);

    /// <summary>Where they stand in the second.</summary>
    public (int Start, int Length) InB { get; private set; } = (0, b.Text.Length);

    public void Run()
    {
        Span<OrderBlock> blocks = stackalloc OrderBlock[MaxBlocks];
        var count = Cut(blocks);
        if (count < 0)
        {
            Disagreement = 1;
            return;
        }
        blocks = blocks[..count];
        var verb = ChangedVoice();
        if (ExchangedDirections() || ExchangedGrades() || verb >= 0 && KeptPlaces(verb))
            Disagreement = 1;

        var symmetric = default(bool?);
        var turned = 0;
        var unexplained = 0;
        for (var x = 0; x < count; x++)
            for (var y = x + 1; y < count; y++)
            {
                if (blocks[x].Rank < blocks[y].Rank)
                    continue;
                turned++;
                if (!AreExchanged(blocks[x], blocks[y]) && !ChangedSubject(blocks[x], blocks[y])
                    || AreCoordinated(_a, blocks[x].LastA, blocks[y].FirstA) && AreCoordinated(_b, blocks[y].LastB, blocks[x].FirstB)
                    || CarriedAlong(blocks[x], blocks[y])
                    || verb >= 0
                    || (symmetric ??= IsSymmetric(_a) && IsSymmetric(_b)))
                    continue;
                unexplained++;
                if (Disagreement == 0 && unexplained == 1)
                {
                    InA = Span(_a, blocks[x].FirstA, blocks[y].LastA);
                    InB = Span(_b, blocks[y].FirstB, blocks[x].LastB);
                }
            }
        if (unexplained > 0)
            Disagreement = Math.Max(Disagreement, (float)unexplained / turned);
    }

    private static (int Start, int Length) Span(FactToken[] tokens, int first, int last) =>
        (tokens[first].Start, tokens[last].Start + tokens[last].Length - tokens[first].Start);

    /// <summary>Cuts the matched tokens into blocks; -1 where there are too many.</summary>
    private readonly int Cut(Span<OrderBlock> blocks)
    {
        // Places in the second text, counted over its matched tokens only.
        Span<short> places = stackalloc short[_b.Length + 1];
        places.Clear();
        for (var i = 0; i < _ofA.Length; i++)
            if (Takes(i))
                places[_ofA[i]] = 1;
        short place = 0;
        for (var j = 0; j < _b.Length; j++)
            places[j] = places[j] != 0 ? ++place : (short)0;

        var count = 0;
        var last = -1;
        for (var i = 0; i < _ofA.Length; i++)
        {
            if (!Takes(i))
                continue;
            var j = _ofA[i];
            if (count > 0 && places[j] == places[_ofA[last]] + 1)
            {
                ref var block = ref blocks[count - 1];
                block = block with { LastA = i, LastB = j };
            }
            else
            {
                if (count == blocks.Length)
                    return -1;
                blocks[count++] = new OrderBlock(i, i, j, j, places[j]);
            }
            last = i;
        }
        return count;
    }

    /// <summary>Whether a token has a partner and a place that means something: adverbs in -ly stand anywhere.</summary>
    private readonly bool Takes(int i) => _ofA[i] >= 0 && _a[i].IsContent && !a.Text.AsSpan(_a[i].Start, _a[i].Length).EndsWith("ly", StringComparison.Ordinal);

    /// <summary>Whether two blocks took each other's places: what stood around the one stands around the other now.</summary>
    private readonly bool AreExchanged(in OrderBlock left, in OrderBlock right)
    {
        var leftPlace = SameVerb(left.FirstA - 1, right.FirstB - 1) || Same(Before(_a, left.FirstA), Before(_b, right.FirstB)) ? 1 : 0;
        leftPlace += SameVerb(left.LastA + 1, right.LastB + 1) || Same(Behind(_a, left.LastA), Behind(_b, right.LastB)) ? 1 : 0;
        var rightPlace = SameVerb(right.FirstA - 1, left.FirstB - 1) || Same(Before(_a, right.FirstA), Before(_b, left.FirstB)) ? 1 : 0;
        rightPlace += SameVerb(right.LastA + 1, left.LastB + 1) || Same(Behind(_a, right.LastA), Behind(_b, left.LastB)) ? 1 : 0;
        return leftPlace + rightPlace >= MinPlaces;
    }

    /// <summary>"Who did Anna marry" and "who married Anna": the one asks for whom she acted on, the other for who acted.</summary>
    private readonly bool ChangedSubject(in OrderBlock left, in OrderBlock right) =>
        AsksForActor(_a) && AsksForActor(_b)
        && (IsBehindDo(_a, left.FirstA) && !IsBehindVerb(_b, right.FirstB) || IsBehindDo(_b, right.FirstB) && !IsBehindVerb(_a, left.FirstA));

    private static bool AsksForActor(FactToken[] tokens)
    {
        var asks = false;
        foreach (var token in tokens)
            if (token.Role is WordRole.QuestionWho or WordRole.QuestionWhat or WordRole.QuestionWhich)
                asks = true;
            else if (token.Role is >= WordRole.QuestionWhen and <= WordRole.QuestionHow)
                return false;
        return asks;
    }

    private static bool IsBehindDo(FactToken[] tokens, int index)
    {
        var before = index - 1;
        while (before >= 0 && tokens[before].Role is WordRole.Determiner or WordRole.Light)
            before--;
        return before >= 0 && Array.IndexOf(FormsOfDo, tokens[before].Key) >= 0;
    }

    private static bool IsBehindVerb(FactToken[] tokens, int index)
    {
        var before = Before(tokens, index) + 1;
        while (before < index)
            if (tokens[before++].Role == WordRole.Auxiliary)
                return true;
        return index > 0 && tokens[index - 1].Role is not (WordRole.None or WordRole.Light or WordRole.Determiner or (>= WordRole.QuestionWhat and <= WordRole.QuestionWhere));
    }

    /// <summary>The token before a place, fillers left out: its index, or -1 at the beginning.</summary>
    private static int Before(FactToken[] tokens, int index)
    {
        do
            index--;
        while (index >= 0 && IsFiller(tokens[index].Role));
        return index;
    }

    private static int Behind(FactToken[] tokens, int index)
    {
        do
            index++;
        while (index < tokens.Length && IsFiller(tokens[index].Role));
        return index;
    }

    private static bool IsFiller(WordRole role) => role is WordRole.Determiner or WordRole.Light or WordRole.Auxiliary or WordRole.Pronoun;

    /// <summary>Whether the nearest neighbours are the same auxiliary, which may be the verb: cats have dog food.</summary>
    private readonly bool SameVerb(int inA, int inB) =>
        inA >= 0 && inB >= 0 && inA < _a.Length && inB < _b.Length && _a[inA].Role == WordRole.Auxiliary && _a[inA].Key == _b[inB].Key;

    /// <summary>Whether the neighbours are the same word; the end of a text is that of a sentence.</summary>
    private readonly bool Same(int inA, int inB)
    {
        var roleA = inA < 0 || inA >= _a.Length ? WordRole.SentenceEnd : _a[inA].Role;
        var roleB = inB < 0 || inB >= _b.Length ? WordRole.SentenceEnd : _b[inB].Role;
        if (roleA != WordRole.None || roleB != WordRole.None)
            return roleA == roleB;
        return _ofA[inA] == inB;
    }

    /// <summary>Whether two parts are members of one list: behind the one and before the other stands a comma, "and" or "or".</summary>
    private static bool AreCoordinated(FactToken[] tokens, int end, int start)
    {
        var next = Behind(tokens, end);
        var last = Before(tokens, start);
        if (next >= start || !Separates(tokens[next].Role) || !Separates(tokens[last].Role))
            return false;
        for (var i = next; i <= last; i++)
            if (tokens[i].Role == WordRole.SentenceEnd)
                return false;
        return true;
    }

    private static bool Separates(WordRole role) => role is WordRole.Coordinator or WordRole.Comma;

    /// <summary>Whether two neighbours both took the preposition that governs them along: in Japan in 2004, in 2004 in Japan.</summary>
    private readonly bool CarriedAlong(in OrderBlock left, in OrderBlock right) =>
        _a[left.FirstA].Marker is var ofLeft and not WordRole.None && ofLeft == _b[left.FirstB].Marker
        && _a[right.FirstA].Marker is var ofRight and not WordRole.None && ofRight == _b[right.FirstB].Marker
        && AreNeighbours(_a, left.LastA, right.FirstA) && AreNeighbours(_b, right.LastB, left.FirstB);

    /// <summary>Whether nothing but one preposition or conjunction and fillers stand between: not so "in Berlin than in Paris".</summary>
    private static bool AreNeighbours(FactToken[] tokens, int end, int start)
    {
        var between = 0;
        for (var i = end + 1; i < start; i++)
            if (tokens[i].IsContent || !IsFiller(tokens[i].Role) && ++between > 1)
                return false;
        return true;
    }

    /// <summary>The verb that is passive in one text and active in the other, by its index in the first; -1 where there is none.</summary>
    private readonly int ChangedVoice()
    {
        for (var i = 0; i < _ofA.Length; i++)
            if (_ofA[i] >= 0 && ((_a[i].Traits ^ _b[_ofA[i]].Traits) & FactTraits.Passive) != FactTraits.None)
                return i;
        return -1;
    }

    /// <summary>Whether words stand on the same sides of a verb that changed its voice, so that who acts changed.</summary>
    private readonly bool KeptPlaces(int verb)
    {
        var before = false;
        var behind = false;
        for (var i = 0; i < _ofA.Length; i++)
        {
            if (_ofA[i] < 0 || i == verb || !_a[i].IsContent)
                continue;
            // What a preposition but "by" governs is neither who acts nor who is acted on.
            if (_a[i].Marker is not (WordRole.None or WordRole.PrepositionBy) || _b[_ofA[i]].Marker is not (WordRole.None or WordRole.PrepositionBy))
                continue;
            before |= i < verb && _ofA[i] < _ofA[verb];
            behind |= i > verb && _ofA[i] > _ofA[verb] && (_a[i].Marker == WordRole.PrepositionBy || _b[_ofA[i]].Marker == WordRole.PrepositionBy);
        }
        return before && behind;
    }

    /// <summary>Whether what came from somewhere now goes there.</summary>
    private bool ExchangedDirections()
    {
        for (var i = 0; i < _ofA.Length; i++)
            // "from barking" and "to bark" are verbs, which go nowhere.
            if (_ofA[i] >= 0 && !a.Text.AsSpan(_a[i].Start, _a[i].Length).EndsWith("ing", StringComparison.Ordinal) && !b.Text.AsSpan(_b[_ofA[i]].Start, _b[_ofA[i]].Length).EndsWith("ing", StringComparison.Ordinal) && (_a[i].Marker, _b[_ofA[i]].Marker) is (WordRole.PrepositionFrom, WordRole.PrepositionTo) or (WordRole.PrepositionTo, WordRole.PrepositionFrom))
            {
                InA = Span(_a, i - 1, i);
                InB = Span(_b, _ofA[i] - 1, _ofA[i]);
                return true;
            }
        return false;
    }

    /// <summary>Whether two opposites changed what they describe: a bad student at a good school, a good student at a bad school.</summary>
    private readonly bool ExchangedGrades()
    {
        for (var i = 0; i < _a.Length; i++)
        {
            if (_a[i] is not { Role: WordRole.Light, Entry.Axes.Length: > 0 } || !DescribesAnother(i))
                continue;
            for (var k = i + 1; k < _a.Length; k++)
                if (_a[k] is { Role: WordRole.Light, Entry.Axes.Length: > 0 } && LexiconEntry.Opposed(_a[i].Entry!, _a[k].Entry!) && DescribesAnother(k))
                    return true;
        }
        return false;
    }

    /// <summary>Whether a word that has no place of its own stands before another content word in the second text.</summary>
    private readonly bool DescribesAnother(int index)
    {
        if (index + 1 >= _a.Length || _ofA[index + 1] < 0)
            return false;
        for (var j = 0; j + 1 < _b.Length; j++)
            if (_b[j].Key == _a[index].Key)
                return _b[j + 1].IsContent && _ofA[index + 1] != j + 1;
        return false;
    }

    private static bool IsSymmetric(FactToken[] tokens)
    {
        foreach (var token in tokens)
            if (Array.IndexOf(SymmetricWords, token.Key) >= 0 || token.Role == WordRole.PrepositionBetween)
                return true;
        return false;
    }

    private static ulong[] Stems(params ReadOnlySpan<string> words)
    {
        var keys = new ulong[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i].ToCharArray();
            keys[i] = WordKey.Of(word.AsSpan(0, Stemmer.Stem(word)));
        }
        return keys;
    }
}
