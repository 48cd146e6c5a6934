namespace AiGateway.Semantics.Facts;

/// <summary>Cuts a text into drafts of tokens.</summary>
/// <remarks>This file: the pass, words and code. One pass; each reader takes at least one character, so the work is bounded by the length of the text.</remarks>
internal ref partial struct FactScanner(ReadOnlySpan<char> text, Span<Draft> drafts)
{
    /// <summary>Longer words are not stemmed, and count as technical.</summary>
    private const int MaxWord = 48;

    private static readonly string[] DerivedEndings =
        ["ing", "ings", "ed", "ly", "tion", "tions", "sion", "sions", "ment", "ments", "ness", "ity", "ities", "able", "ible", "ful", "less", "ious", "eous", "ive", "ives", "ance", "ence", "ism", "ize", "ise", "ized", "ship", "hood", "est", "ally", "ically", "fully"];

    private readonly ReadOnlySpan<char> _text = text;
    private readonly Span<Draft> _drafts = drafts;
    private int _position;

    /// <summary>How many drafts there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether all of the text found room.</summary>
    public bool Scan()
    {
        while (_position < _text.Length)
        {
            // Two rooms: a contraction is two tokens.
            if (Count + 2 > _drafts.Length)
                return false;
            var c = Folding.Fold(_text[_position]);
            if (c is Folding.Nothing or ' ')
                _position++;
            else if (c == '`')
                ReadCode();
            else if (c is >= '0' and <= '9')
                ReadNumber();
            else if (Folding.StandsAlone(c) && char.IsLetter(c))
                Add(_position, _position + 1, FactTokenKind.Name, WordKey.Of([c]));
            else if (Folding.IsWord(c))
                ReadWord();
            else
                ReadSign(c);
        }
        return true;
    }

    private readonly char At(int index) => index >= 0 && index < _text.Length ? Folding.Fold(_text[index]) : ' ';

    private readonly bool IsDigit(int index) => At(index) is >= '0' and <= '9';

    private readonly bool IsWord(int index) => Folding.IsWord(At(index)) && !Folding.StandsAlone(At(index));

    private ref Draft Add(int start, int end, FactTokenKind kind, ulong key)
    {
        ref var draft = ref _drafts[Count++];
        draft = default;
        draft.Start = start;
        draft.Length = end - start;
        draft.Kind = kind;
        draft.Key = key;
        _position = end;
        return ref draft;
    }

    private void AddFunction(int start, int end, WordRole role) => Add(start, end, FactTokenKind.Function, (ulong)role).Role = role;

    /// <summary>Reads <c>`code`</c> or a fenced block. An identifier alone in it is a technical word, as it would be without the signs.</summary>
    private void ReadCode()
    {
        var start = _position;
        var ticks = 1;
        while (start + ticks < _text.Length && _text[start + ticks] == '`')
            ticks++;
        var body = start + ticks;
        var close = _text[body..].IndexOf(_text.Slice(start, ticks), StringComparison.Ordinal);
        // ``Quoted'' as TeX and tokenised corpora write it is no code.
        var quoted = ticks == 2 && _text[body..].IndexOf("''", StringComparison.Ordinal) is var quote and >= 0 && (close < 0 || quote < close);
        if (close <= 0 || quoted)
        {
            _position = body;
            return;
        }
        var code = _text.Slice(body, close).Trim();
        var key = 0x5c0deUL;
        var simple = true;
        var space = false;
        foreach (var c in code)
        {
            // White space matters only where there is some: indentation and line ends are not compared.
            if (char.IsWhiteSpace(c))
            {
                space = true;
                continue;
            }
            simple &= !space && (char.IsAsciiLetterOrDigit(c) || c is '_');
            key = WordKey.Mix(key, space ? c + 0x10000UL : c);
            space = false;
        }
        if (simple && !code.IsEmpty)
        {
            _position = body;
            while (!IsWord(_position))
                _position++;
            if (IsDigit(_position))
                ReadNumber();
            else
                ReadWord();
            _position = body + close + ticks;
            return;
        }
        Add(start, body + close + ticks, FactTokenKind.Code, key);
    }

    private void ReadWord()
    {
        Span<char> word = stackalloc char[MaxWord];
        var start = _position;
        var at = start;
        var length = 0;
        var digits = false;
        var joins = false;
        var capitals = 0;
        var letters = 0;
        var key = 0x70cUL;
        while (true)
        {
            var c = At(at);
            if (Folding.IsWord(c) && !Folding.StandsAlone(c))
            {
                digits |= c is (>= '0' and <= '9') or '_';
                letters++;
                if (char.IsUpper(_text[at]))
                    capitals++;
                if (length < MaxWord)
                    word[length] = c;
                length++;
                key = WordKey.Mix(key, c);
                at++;
            }
            else if (c == Folding.Nothing && at < _text.Length)
                at++;
            else if (c == '.' && letters > 0 && IsWord(at + 1) && !IsSentenceStart(at + 1, at - start) || c == '@' && IsWord(at + 1))
            {
                // node.js, example.com, v1.2, and U.S., whose dots do not count.
                joins = true;
                key = WordKey.Mix(key, c);
                if (length < MaxWord)
                    word[length] = c;
                length++;
                at++;
            }
            else
                break;
        }
        if (joins && length <= MaxWord && TakeAbbreviation(word, ref length))
        {
            joins = false;
            if (At(at) == '.')
                at++;
        }
        // c++, c#, f#
        if (letters <= 2 && At(at) is '+' or '#')
        {
            while (At(at) is '+' or '#')
            {
                key = WordKey.Mix(key, At(at));
                at++;
            }
            Add(start, at, FactTokenKind.Technical, key);
            return;
        }
        if (digits || joins || length > MaxWord)
        {
            Add(start, at, FactTokenKind.Technical, length > MaxWord ? key : WordKey.Of(word[..length]));
            return;
        }
        // IQs are more than one IQ.
        if (length > 2 && capitals == letters - 1 && _text[at - 1] == 's')
            length--;
        // The full stop of an abbreviation ends no sentence.
        if (At(at) == '.' && word[..length] is "vs" or "mr" or "mrs" or "ms" or "dr" or "st" or "rs" or "etc")
        {
            AddWord(start, at, word[..length], capitals, letters);
            _position++;
            return;
        }
        AddWord(start, at, word[..length], capitals, letters);
        ReadContraction(at);
    }

    /// <summary>Whether a full stop without a space behind it ends a sentence: "works.How" does, "B.Tech" and "ASP.NET" do not.</summary>
    private readonly bool IsSentenceStart(int index, int before) =>
        before > 1 && char.IsUpper(_text[index]) && index + 1 < _text.Length && char.IsLower(_text[index + 1]);

    /// <summary>Takes the dots out of U.S. and e.g.: single letters between dots.</summary>
    private static bool TakeAbbreviation(Span<char> word, ref int length)
    {
        for (var i = 0; i < length; i++)
            if ((word[i] == '.') != (i % 2 == 1))
                return false;
        var kept = 0;
        for (var i = 0; i < length; i += 2)
            word[kept++] = word[i];
        length = kept;
        return true;
    }

    private void AddWord(int start, int end, scoped Span<char> word, int capitals, int letters)
    {
        var surface = WordKey.Of(word);
        var entry = Lexicon.Find(surface);
        var role = entry?.Role ?? WordRole.None;
        // The country and the pronoun: "US" in capitals, "IT" in capitals.
        if (role is WordRole.Pronoun && capitals == letters && letters > 1)
            (entry, role) = (null, WordRole.None);
        if (role != WordRole.None)
        {
            ref var function = ref Add(start, end, FactTokenKind.Function, surface);
            function.Entry = entry;
            function.Role = role;
            return;
        }
        var key = WordKey.Of(word[..Stemmer.Stem(word)]);
        entry ??= Lexicon.Find(key);
        var common = entry is { IsCommon: true, IsName: false } || entry is null && capitals == 0 && IsDerived(word);
        ref var draft = ref Add(start, end, common ? FactTokenKind.Word : FactTokenKind.Name, key);
        draft.Entry = entry;
        if (capitals > 0 && Count > 1 && _drafts[Count - 2].Role != WordRole.SentenceEnd)
            draft.Traits |= FactTraits.Capital;
        if (entry?.Number is { } number)
            draft.Value = number;
    }

    /// <summary>Whether a word ends as derived words do and names do not.</summary>
    private static bool IsDerived(ReadOnlySpan<char> word)
    {
        if (word.Length < 6)
            return false;
        foreach (var ending in DerivedEndings)
            if (word.EndsWith(ending, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>What stands behind an apostrophe: n't negates, 's owns or is a verb, the rest are verbs.</summary>
    private void ReadContraction(int at)
    {
        if (At(at) != '\'' || !IsWord(at + 1))
            return;
        var end = at + 1;
        while (IsWord(end))
            end++;
        ref var owner = ref _drafts[Count - 1];
        if (end == at + 2 && At(at + 1) == 't' && Folding.Fold(_text[at - 1]) == 'n')
        {
            // The word was read with its n: "don", "isn", "can". It is an auxiliary, whichever.
            owner.Kind = FactTokenKind.Function;
            owner.Role = owner.Role == WordRole.None ? WordRole.Auxiliary : owner.Role;
            owner.Entry = null;
            owner.Traits = FactTraits.None;
            AddFunction(at - 1, end, WordRole.Negation);
            return;
        }
        if (end > at + 3)
            return;
        if (owner.Kind != FactTokenKind.Function && At(at + 1) == 's')
        {
            owner.Traits |= FactTraits.Genitive;
            _position = end;
            return;
        }
        AddFunction(at, end, WordRole.Auxiliary);
    }
}
