namespace AiGateway.Semantics.Facts;

/// <summary>Which content token of one text is which of the other.</summary>
/// <remarks>
/// (1) Equal keys, of several the one in the most similar surroundings. (2) Dates that may be one, numbers that lack a unit on one side.
/// (3) Synonyms. (4) Other endings, slips of the keyboard, words written as one or as two, abbreviations by initials.
/// Each step takes what those before it left.
/// </remarks>
internal ref struct Alignment
{
    /// <summary>No partner.</summary>
    public const short Unmatched = -1;

    /// <summary>Part of a longer partner: matched, but without a place of its own.</summary>
    public const short Absorbed = -2;

    private readonly TextFacts _a;
    private readonly TextFacts _b;

    public Alignment(TextFacts a, TextFacts b, Span<short> ofA, Span<short> ofB)
    {
        _a = a;
        _b = b;
        OfA = ofA[..a.Tokens.Length];
        OfB = ofB[..b.Tokens.Length];
        OfA.Fill(Unmatched);
        OfB.Fill(Unmatched);
    }

    /// <summary>For each token of the first text the index of its partner in the second.</summary>
    public readonly Span<short> OfA { get; }

    public readonly Span<short> OfB { get; }

    /// <summary>How many pairs agree only nearly: by a synonym, an ending, a slip.</summary>
    public int Near { get; private set; }

    public void Run()
    {
        MatchEqual();
        var rest = false;
        for (var i = 0; i < OfA.Length && !rest; i++)
            rest = OfA[i] == Unmatched && _a.Tokens[i].IsContent;
        if (!rest)
            return;
        for (var step = 2; step <= 4; step++)
            for (var i = 0; i < OfA.Length; i++)
                if (OfA[i] == Unmatched && _a.Tokens[i].IsContent)
                    MatchNear(i, step);
        Join(_a, _b, OfA, OfB);
        Join(_b, _a, OfB, OfA);
        Abbreviate(_a, _b, OfA, OfB);
        Abbreviate(_b, _a, OfB, OfA);
    }

    private readonly void MatchEqual()
    {
        var a = _a.Tokens;
        var b = _b.Tokens;
        for (var i = 0; i < a.Length; i++)
        {
            if (!a[i].IsContent)
                continue;
            var best = -1;
            var bestScore = -1;
            for (var j = 0; j < b.Length; j++)
            {
                if (OfB[j] != Unmatched || b[j].Key != a[i].Key || !Comparable(a[i].Kind, b[j].Kind))
                    continue;
                var score = (i > 0 && j > 0 && a[i - 1].Key == b[j - 1].Key ? 2 : 0)
                    + (i + 1 < a.Length && j + 1 < b.Length && a[i + 1].Key == b[j + 1].Key ? 2 : 0)
                    + (a[i].Marker == b[j].Marker ? 1 : 0);
                if (score > bestScore)
                    (best, bestScore) = (j, score);
            }
            if (best >= 0)
                Pair(i, best);
        }
    }

    /// <summary>Words match words however rare, values only their like.</summary>
    private static bool Comparable(FactTokenKind a, FactTokenKind b) => a == b || a <= FactTokenKind.Technical && b <= FactTokenKind.Technical && a != FactTokenKind.Function && b != FactTokenKind.Function;

    private readonly void Pair(int i, int j)
    {
        OfA[i] = (short)j;
        OfB[j] = (short)i;
    }

    private void MatchNear(int i, int step)
    {
        ref readonly var x = ref _a.Tokens[i];
        for (var j = 0; j < OfB.Length; j++)
        {
            ref readonly var y = ref _b.Tokens[j];
            if (OfB[j] != Unmatched || !y.IsContent)
                continue;
            var match = step switch
            {
                2 => SameValue(x, y),
                3 => x.Entry is not null && y.Entry is not null && LexiconEntry.Related(x.Entry, y.Entry),
                _ => SameWord(x, y),
            };
            if (!match)
                continue;
            Pair(i, j);
            if (step > 2)
                Near++;
            return;
        }
    }

    private readonly bool SameValue(in FactToken x, in FactToken y)
    {
        if (!x.IsValue || !y.IsValue)
            return false;
        if (x.Kind == FactTokenKind.Date && y.Kind == FactTokenKind.Date)
            return DateKey.Agree(x.Key, y.Key);
        // "Under 500" and "under 500 dollars": the unit may be left out, not be another.
        return IsBare(x) != IsBare(y) && SameDigits(Span(_a, x), Span(_b, y));
    }

    /// <summary>Whether a value has no unit: a number, also one that looks like a year.</summary>
    private static bool IsBare(in FactToken value) => value.Kind == FactTokenKind.Number || value.Kind == FactTokenKind.Date && (value.Key & 0xffff) == 0;

    private static bool SameDigits(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        int i = 0, j = 0, digits = 0;
        while (true)
        {
            while (i < x.Length && !char.IsAsciiDigit(x[i]))
                i++;
            while (j < y.Length && !char.IsAsciiDigit(y[j]))
                j++;
            if (i == x.Length || j == y.Length)
                return digits > 0 && i == x.Length && j == y.Length;
            if (x[i++] != y[j++])
                return false;
            digits++;
        }
    }

    private readonly bool SameWord(in FactToken x, in FactToken y)
    {
        if (x.Kind is not (FactTokenKind.Word or FactTokenKind.Name) || y.Kind is not (FactTokenKind.Word or FactTokenKind.Name))
            return false;
        if (x.Entry is not null && y.Entry is not null && LexiconEntry.Opposed(x.Entry, y.Entry))
            return false;
        var a = Span(_a, x);
        var b = Span(_b, y);
        if (WordLikeness.SameStem(a, b))
            return true;
        // A slip makes a word that nobody knows. Two known words, or two names of the caller's, are two words.
        var knownX = x.Entry is not null;
        var knownY = y.Entry is not null;
        return knownX != knownY && WordLikeness.Misspelt(a, b)
            || !knownX && !knownY && a.Length >= 7 && b.Length >= 7 && WordLikeness.Misspelt(a, b);
    }

    /// <summary>"smart phone" is "smartphone".</summary>
    private static void Join(TextFacts two, TextFacts one, Span<short> ofTwo, Span<short> ofOne)
    {
        for (var i = 0; i + 1 < ofTwo.Length; i++)
        {
            if (ofTwo[i] != Unmatched && ofTwo[i + 1] != Unmatched || !two.Tokens[i].IsContent || !two.Tokens[i + 1].IsContent)
                continue;
            for (var j = 0; j < ofOne.Length; j++)
            {
                if (ofOne[j] != Unmatched || !one.Tokens[j].IsContent || !WordLikeness.IsCompound(Span(one, one.Tokens[j]), Span(two, two.Tokens[i]), Span(two, two.Tokens[i + 1])))
                    continue;
                (ofTwo[i], ofTwo[i + 1], ofOne[j]) = (Absorbed, Absorbed, Absorbed);
                break;
            }
        }
    }

    /// <summary>"AI" is "artificial intelligence": the initials of content words that follow each other.</summary>
    private static void Abbreviate(TextFacts brief, TextFacts full, Span<short> ofBrief, Span<short> ofFull)
    {
        for (var i = 0; i < ofBrief.Length; i++)
        {
            ref readonly var token = ref brief.Tokens[i];
            if (ofBrief[i] != Unmatched || token.Kind is not (FactTokenKind.Name or FactTokenKind.Word) || token.Length is < 2 or > 5)
                continue;
            var initials = Span(brief, token);
            for (var start = 0; start < ofFull.Length; start++)
            {
                if (ofFull[start] != Unmatched || !TakesInitials(initials, full, ofFull, start, out var end))
                    continue;
                for (var j = start; j < end; j++)
                    ofFull[j] = Absorbed;
                ofBrief[i] = Absorbed;
                break;
            }
        }
    }

    private static bool TakesInitials(ReadOnlySpan<char> initials, TextFacts full, ReadOnlySpan<short> ofFull, int start, out int end)
    {
        end = start;
        foreach (var initial in initials)
        {
            // "Massachusetts Institute of Technology": little words between may be left out.
            while (end > start && end < ofFull.Length && full.Tokens[end].Role is WordRole.PrepositionOf or WordRole.Determiner or WordRole.Coordinator)
                end++;
            if (end >= ofFull.Length || !full.Tokens[end].IsContent || ofFull[end] != Unmatched || Folding.Fold(full.Text[full.Tokens[end].Start]) != Folding.Fold(initial))
                return false;
            end++;
        }
        return true;
    }

    private static ReadOnlySpan<char> Span(TextFacts facts, in FactToken token) => facts.Text.AsSpan(token.Start, token.Length);
}
