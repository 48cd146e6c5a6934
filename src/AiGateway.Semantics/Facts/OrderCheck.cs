namespace AiGateway.Semantics.Facts;

/// <summary>Tells moved words that change nothing (in 2003 X did Y; X did Y in 2003) from moved words that change roles (A beats B; B beats A).</summary>
/// <remarks>
/// <para>
/// The partners of an alignment fall into blocks that moved as a whole. Each two blocks whose order turned round need a harmless reason:
/// they are coordinated (X and Y), one carried the preposition or conjunction that governs it along, one is written before the other instead of
/// behind a preposition (the colleges for law, the law colleges), an auxiliary went between, or the voice of the verb between them changed.
/// </para>
/// <para>
/// Two blocks that changed places around a third (the pattern x m y, y m x) are an exchange: there only different prepositions, carried along by
/// both, coordination, or a change of voice are reasons. Words that kept their places but changed <c>from</c> for <c>to</c> are an exchange too.
/// </para>
/// </remarks>
internal ref struct OrderCheck(TextFacts a, TextFacts b, ReadOnlySpan<short> ofA)
{
    /// <summary>Texts with more blocks are too different for their order to say something about roles.</summary>
    private const int MaxBlocks = 24;

    private readonly FactToken[] _a = a.Tokens;
    private readonly FactToken[] _b = b.Tokens;
    private readonly ReadOnlySpan<short> _ofA = ofA;

    // Verbs and nouns of relations that are the same both ways.
    private static readonly ulong[] SymmetricWords = Stems("differ", "difference", "compare", "comparison", "relation", "relationship", "similar", "similarity", "equal", "same", "common", "distinguish", "distinction", "marry", "married", "versus", "link", "correlation", "connection", "combine", "mix", "overlap", "meet");

    /// <summary>Share of pairs of blocks that turned round without a harmless reason.</summary>
    public float Disagreement { get; private set; }

    /// <summary>A token of the first text that changed its role; -1 where none did.</summary>
    public int Culprit { get; private set; } = -1;

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
        if (ExchangedDirections() || verb >= 0 && KeptPlaces(verb))
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
                if (IsExplained(blocks, x, y, verb) || (symmetric ??= IsSymmetric(_a) && IsSymmetric(_b)))
                    continue;
                unexplained++;
                if (Culprit < 0)
                    Culprit = blocks[x].FirstA;
            }
        if (unexplained > 0)
            Disagreement = Math.Max(Disagreement, (float)unexplained / turned);
    }

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

    private readonly bool IsExplained(ReadOnlySpan<OrderBlock> blocks, int x, int y, int verb)
    {
        var (left, right) = (blocks[x], blocks[y]);
        var (leftInA, rightInA) = (_a[left.FirstA].Marker, _a[right.FirstA].Marker);
        var (leftInB, rightInB) = (_b[left.FirstB].Marker, _b[right.FirstB].Marker);
        if (IsCoordinated(_a, left.LastA, right.FirstA) && IsCoordinated(_b, right.LastB, left.FirstB))
            return true;

        var exchanged = false;
        for (var m = x + 1; m < y && !exchanged; m++)
            exchanged = blocks[m].Rank < left.Rank && blocks[m].Rank > right.Rank;
        var leftCarried = leftInA != WordRole.None && leftInA == leftInB;
        var rightCarried = rightInA != WordRole.None && rightInA == rightInB;
        if (exchanged)
        {
            if (verb >= 0 && left.LastA < verb && verb < right.FirstA)
                return true;
            return leftInA == leftInB && rightInA == rightInB && leftInA != rightInA;
        }
        if (leftCarried || rightCarried)
            return true;
        // "law colleges" and "colleges for law", in either text; "India's economy" and "the economy of India".
        if (IsModifier(_a, left.LastA, right.FirstA) && Attaches(leftInB) || IsModifier(_b, right.LastB, left.FirstB) && Attaches(rightInA))
            return true;
        // "the car is red" and "the red car".
        if (IsAuxiliaryBetween(_a, left.LastA, right.FirstA) && IsModifier(_b, right.LastB, left.FirstB) || IsAuxiliaryBetween(_b, right.LastB, left.FirstB) && IsModifier(_a, left.LastA, right.FirstA))
            return true;
        // "tier 1 2016" and "2016 tier 1".
        return left.IsSingle && _a[left.FirstA].Kind == FactTokenKind.Date || right.IsSingle && _a[right.FirstA].Kind == FactTokenKind.Date;
    }

    /// <summary>Whether between two places stand only members of one list: after each of them a comma, "and" or "or".</summary>
    private static bool IsCoordinated(FactToken[] tokens, int end, int start)
    {
        var separated = false;
        for (var i = end + 1; i < start; i++)
        {
            if (tokens[i].IsContent)
            {
                if (!separated && (tokens[i].Traits & FactTraits.Joined) == 0)
                    return false;
                separated = false;
            }
            else if (tokens[i].Role is WordRole.Coordinator or WordRole.Comma)
                separated = true;
            else if (tokens[i].Role is not (WordRole.Determiner or WordRole.Light or WordRole.Pronoun))
                return false;
        }
        return separated;
    }

    private static bool IsModifier(FactToken[] tokens, int modifier, int head) => head == modifier + 1;

    private static bool Attaches(WordRole marker) => marker is WordRole.PrepositionOf or WordRole.PrepositionAt or WordRole.PrepositionWith or WordRole.PrepositionBy or WordRole.PrepositionLike or WordRole.PrepositionAcross;

    private static bool IsAuxiliaryBetween(FactToken[] tokens, int left, int right)
    {
        for (var i = left + 1; i < right; i++)
            if (tokens[i].Role == WordRole.Auxiliary)
                return true;
        return false;
    }

    /// <summary>The verb that is passive in one text and active in the other, by its index in the first; -1 where there is none.</summary>
    private readonly int ChangedVoice()
    {
        for (var i = 0; i < _ofA.Length; i++)
            if (_ofA[i] >= 0 && ((_a[i].Traits ^ _b[_ofA[i]].Traits) & FactTraits.Passive) != 0)
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
            if (_ofA[i] >= 0 && (_a[i].Marker, _b[_ofA[i]].Marker) is (WordRole.PrepositionFrom, WordRole.PrepositionTo) or (WordRole.PrepositionTo, WordRole.PrepositionFrom))
            {
                Culprit = i;
                return true;
            }
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
