// Length: one pass over the characters; the readers of words, numbers and code share the position, and none is of use without the others.
using System.Globalization;

namespace AiGateway.Semantics.Facts;

/// <summary>Cuts a text into drafts of tokens.</summary>
/// <remarks>One pass; each reader takes at least one character, so the work is bounded by the length of the text.</remarks>
internal ref struct FactScanner(ReadOnlySpan<char> text, Span<Draft> drafts)
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
        if (close <= 0)
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
        if (entry is { IsName: true } or { Groups.Length: > 0 } or { Axes.Length: > 0 })
            draft.Traits |= FactTraits.Known;
        if (capitals == letters && letters > 1)
            draft.Traits |= FactTraits.Acronym;
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

    private void ReadNumber()
    {
        var start = _position;
        if (TryDate(start))
            return;
        var at = start;
        var digits = 0;
        var dots = 0;
        var separated = false;
        decimal value = 0;
        decimal place = 1;
        while (true)
        {
            if (IsDigit(at))
            {
                if (++digits <= 20)
                {
                    value = value * 10 + (At(at) - '0');
                    place = dots > 0 ? place * 10 : place;
                }
                at++;
            }
            else if (At(at) == ',' && dots == 0 && IsGroup(at))
            {
                separated = true;
                at++;
            }
            else if (At(at) == '.' && IsDigit(at + 1))
            {
                dots++;
                at++;
            }
            else
                break;
        }
        if (dots > 1 || digits > 20 || TryTime(start, ref at, dots == 0 ? value : -1))
        {
            if (dots > 1 || digits > 20)
                AddTechnical(start, at);
            return;
        }
        value /= place;

        var suffix = at;
        while (IsWord(suffix) && !IsDigit(suffix))
            suffix++;
        if (suffix == at)
        {
            AddNumber(start, at, value, Lexicon.Plain).PlainDigits = dots == 0 && !separated;
            return;
        }
        if (IsWord(suffix))
        {
            AddTechnical(start, suffix);
            return;
        }
        ReadSuffix(start, at, suffix, value);
    }

    /// <summary>Letters directly behind digits: 3rd, 10k, 5pm, 10km; anything else makes the whole a technical word (6s, 2pac).</summary>
    private void ReadSuffix(int start, int at, int end, decimal value)
    {
        Span<char> suffix = stackalloc char[8];
        var length = 0;
        for (var i = at; i < end && length < suffix.Length; i++)
            if (At(i) != Folding.Nothing)
                suffix[length++] = At(i);
        suffix = suffix[..length];
        if (suffix is "st" or "nd" or "rd" or "th")
            AddNumber(start, end, value, Lexicon.Plain).PlainDigits = true;
        else if (suffix is "am" or "pm" && value <= 12)
            AddTime(start, end, (int)(value % 12 * 60) + (suffix[0] == 'p' ? 720 : 0));
        else if (suffix is "k" || suffix is "m" && Count > 0 && Lexicon.IsMoney(_drafts[Count - 1].Dimension))
            AddNumber(start, end, value * (suffix[0] == 'k' ? 1000 : 1_000_000), Lexicon.Plain);
        else if (length < 8 && Lexicon.Find(WordKey.Of(suffix)) is { Dimension: > 0 } unit && suffix is not "s")
            AddNumber(start, end, value * unit.Factor, unit.Dimension);
        else
            AddTechnical(start, end);
    }

    private ref Draft AddNumber(int start, int end, decimal value, byte dimension)
    {
        ref var draft = ref Add(start, end, FactTokenKind.Number, 0);
        draft.Value = value;
        draft.Dimension = dimension;
        return ref draft;
    }

    private void AddTime(int start, int end, int minutes) => Add(start, end, FactTokenKind.Time, (ulong)minutes);

    /// <summary>Takes all that hangs on to it: 1.2.3-beta, 820Q, 626G+.</summary>
    private void AddTechnical(int start, int end)
    {
        while (IsWord(end) || At(end) == '+' || At(end) == '.' && IsWord(end + 1))
            end++;
        var key = 0x7ecUL;
        for (var i = start; i < end; i++)
            if (At(i) != Folding.Nothing)
                key = WordKey.Mix(key, At(i));
        Add(start, end, FactTokenKind.Technical, key);
    }

    /// <summary>A comma in a number: two or three digits follow, then another comma or no digit (1,000 and 1,00,000).</summary>
    private readonly bool IsGroup(int comma)
    {
        var digits = 0;
        while (digits < 4 && IsDigit(comma + 1 + digits))
            digits++;
        return digits == 3 || digits == 2 && At(comma + 3) == ',' && IsDigit(comma + 4);
    }

    /// <summary>17:30 and 5:30pm, in minutes of the day.</summary>
    private bool TryTime(int start, ref int at, decimal hour)
    {
        if (At(at) != ':' || hour is < 0 or > 24 || !IsDigit(at + 1) || !IsDigit(at + 2) || IsDigit(at + 3))
            return false;
        var minutes = (int)hour * 60 + (At(at + 1) - '0') * 10 + (At(at + 2) - '0');
        at += 3;
        AddTime(start, at, minutes);
        return true;
    }

    /// <summary>2024-05-31, 31.5.2024, 5/31/2024. Which of two small numbers is the month is not known where the first is no year: the two then stand as written.</summary>
    private bool TryDate(int start)
    {
        Span<int> parts = stackalloc int[3];
        Span<int> lengths = stackalloc int[3];
        var at = start;
        var sign = ' ';
        for (var i = 0; i < 3; i++)
        {
            while (IsDigit(at) && lengths[i] < 5)
            {
                parts[i] = parts[i] * 10 + (At(at) - '0');
                lengths[i]++;
                at++;
            }
            if (lengths[i] is 0 or 3 or 5)
                return false;
            if (i == 2)
                break;
            if (At(at) is not ('-' or '/' or '.') || i > 0 && At(at) != sign)
                return false;
            sign = At(at);
            at++;
        }
        if (IsWord(at))
            return false;
        int year, month, day;
        if (lengths[0] == 4 && lengths[1] <= 2 && lengths[2] <= 2)
            (year, month, day) = (parts[0], parts[1], parts[2]);
        else if (lengths[2] == 4 && lengths[0] <= 2 && lengths[1] <= 2)
            // A number above twelve is the day; else American writing with slashes, European with dots.
            (year, month, day) = parts[0] > 12 || sign == '.' && parts[1] <= 12 ? (parts[2], parts[1], parts[0]) : (parts[2], parts[0], parts[1]);
        else
            return false;
        Add(start, at, FactTokenKind.Date, DateKey.Of(year, month, day));
        return true;
    }

    private void ReadSign(char c)
    {
        var start = _position;
        switch (c)
        {
            case '.' or '?' or '!':
                AddFunction(start, start + 1, WordRole.SentenceEnd);
                return;
            case '"':
                // The quotation itself is found later; here it only ends what a preposition governs.
                _position++;
                return;
            case '\'' or '_':
                _position++;
                return;
            case ',' or ';' or ':' or '(' or ')' or '[' or ']' or '{' or '}' or '/':
                AddFunction(start, start + 1, WordRole.Comma);
                return;
            case '&':
                AddFunction(start, start + 1, WordRole.Coordinator);
                return;
            case '-':
                ReadHyphen();
                return;
            case '$':
                AddCurrency("usd");
                return;
            case '\u20ac':
                AddCurrency("eur");
                return;
            case '\u00a3':
                AddCurrency("gbp");
                return;
            case '\u00a5':
                AddCurrency("jpy");
                return;
            case '\u20b9':
                AddCurrency("inr");
                return;
            case '%':
                AddUnit(Lexicon.PercentDimension);
                return;
            case '\u00b0':
                var letter = At(start + 1);
                if (letter is 'c' or 'f' && !IsWord(start + 2))
                {
                    AddUnit(Lexicon.Dimension(letter == 'c' ? "celsius" : "fahrenheit"));
                    _position++;
                }
                else
                    AddUnit(Lexicon.Dimension("degrees"));
                return;
        }
        var end = start + 1;
        if (char.IsHighSurrogate(_text[start]) && end < _text.Length && char.IsLowSurrogate(_text[end]))
        {
            end++;
            var category = CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(_text[start], _text[start + 1]));
            // Skin tones and tags belong to the sign before them.
            if (category is UnicodeCategory.ModifierSymbol or UnicodeCategory.Format or UnicodeCategory.NonSpacingMark)
            {
                _position = end;
                return;
            }
        }
        var key = 0x516UL;
        for (var i = start; i < end; i++)
            key = WordKey.Mix(key, _text[i]);
        if (c is '#' or '\\' or '|' or '~' or '*' or '\u2022')
            _position = end;
        else
            Add(start, end, FactTokenKind.Symbol, key);
    }

    private void ReadHyphen()
    {
        var start = _position;
        var inWord = start > 0 && IsWord(start - 1) && IsWord(start + 1);
        if (!inWord && IsDigit(start + 1) && !IsWord(start - 1))
        {
            // A sign before a number, unless a number stands before it.
            var minus = Count == 0 || _drafts[Count - 1].Kind != FactTokenKind.Number;
            _position++;
            ReadNumber();
            if (minus && _drafts[Count - 1].Kind == FactTokenKind.Number)
                _drafts[Count - 1].Value = -_drafts[Count - 1].Value;
        }
        else if (inWord)
            _position++;
        else
            AddFunction(start, start + 1, WordRole.Comma);
    }

    private void AddCurrency(string name)
    {
        AddFunction(_position, _position + 1, WordRole.Light);
        _drafts[Count - 1].Dimension = Lexicon.Dimension(name);
    }

    private void AddUnit(byte dimension)
    {
        AddFunction(_position, _position + 1, WordRole.Light);
        ref var sign = ref _drafts[Count - 1];
        if (Count > 1 && _drafts[Count - 2].Kind == FactTokenKind.Number && _drafts[Count - 2].Dimension == Lexicon.Plain)
        {
            _drafts[Count - 2].Dimension = dimension;
            _drafts[Count - 2].Length = sign.End - _drafts[Count - 2].Start;
            Count--;
        }
    }
}
