namespace AiGateway.Semantics.Facts;

/// <content>Numbers with what hangs on to them, dates and times in digits.</content>
internal ref partial struct FactScanner
{
    /// <summary>Longer numbers are identifiers.</summary>
    private const int MaxDigits = 15;

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
                if (++digits <= MaxDigits)
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
        if (dots > 1 || digits > MaxDigits || TryTime(start, ref at, dots == 0 ? value : -1))
        {
            if (dots > 1 || digits > MaxDigits)
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
}
