namespace AiGateway.Semantics.Facts;

/// <summary>Puts drafts together that make one value: number words, multipliers, units, currencies, dates.</summary>
internal static class FactComposer
{
    // Bounds within which a decimal holds what multipliers (to 10^12) and factors of units (to 10^12) make of a number; greater ones stay as they are.
    private const decimal MaxMultiplied = 1_000_000_000_000m;
    private const decimal MaxWithUnit = 1_000_000_000_000_000m;

    /// <summary>Works in place; returns how many drafts are left.</summary>
    public static int Compose(Span<Draft> drafts)
    {
        var kept = 0;
        var read = 0;
        while (read < drafts.Length)
        {
            var start = read;
            if (drafts[read].Kind == FactTokenKind.Time)
                drafts[kept++] = TakeTime(drafts, ref read);
            else if (TakeDate(drafts, ref read, out var date) || TakeNumber(drafts, kept > 0 ? drafts[kept - 1] : default, ref read, out date))
            {
                // A currency before the number is part of it.
                if (date.Kind == FactTokenKind.Money && kept > 0 && Currency(drafts[kept - 1]) != 0 && drafts[start].Start - drafts[kept - 1].End <= 2)
                    kept--;
                drafts[kept++] = date;
            }
            else
                drafts[kept++] = drafts[read++];
        }
        return kept;
    }

    private static bool IsNumber(in Draft draft) => draft.Kind == FactTokenKind.Number || draft.Entry?.Number != null && draft.Kind is FactTokenKind.Word or FactTokenKind.Name;

    /// <summary>The currency that a sign or a word names; zero where it names none.</summary>
    private static byte Currency(in Draft draft)
    {
        var dimension = draft.Kind == FactTokenKind.Number ? (byte)0 : draft.Dimension != 0 ? draft.Dimension : draft.Entry?.Dimension ?? 0;
        return Lexicon.IsMoney(dimension) ? dimension : (byte)0;
    }

    private static bool TakeNumber(ReadOnlySpan<Draft> drafts, in Draft before, ref int read, out Draft number)
    {
        number = drafts[read];
        if (!IsNumber(number))
            return false;
        var value = number.Value;
        var at = read + 1;
        var words = 1;
        while (at < drafts.Length && number.Dimension == Lexicon.Plain && drafts[at].Kind != FactTokenKind.Number && drafts[at].Entry?.Number is { } next && IsNumber(drafts[at]) && words < 8)
        {
            if (next >= 100)
            {
                if (value == 0 || Math.Abs(value) > MaxMultiplied)
                    break;
                value = value % 1000 == 0 && next < 1000 ? value + next : value * next;
            }
            else if (value % 100 is >= 20 and <= 90 && value % 10 == 0 && next < 10 || value >= 100 && value % 100 == 0)
                value += next;
            else
                break;
            at++;
            words++;
        }
        number.Kind = FactTokenKind.Number;
        number.Entry = null;
        number.Traits = FactTraits.None;
        number.Length = drafts[at - 1].End - number.Start;
        number.PlainDigits &= words == 1;

        if (number.Dimension == Lexicon.Plain && number.Value == 2 && words == 1 && drafts[read].Kind != FactTokenKind.Number && drafts[read].Entry!.Dimension > 0 && IsUnitWordOnly(drafts, read))
            return false;
        if (number.Dimension == Lexicon.Plain)
            number.Dimension = Currency(before);
        // The unit may repeat the sign: $5 dollars.
        if (at < drafts.Length && drafts[at].Kind != FactTokenKind.Number && drafts[at].Entry is { Dimension: > 0 } unit && Math.Abs(value) <= MaxWithUnit && (number.Dimension == Lexicon.Plain || number.Dimension == unit.Dimension))
        {
            // "$5 dollars" names its unit twice.
            if (number.Dimension == Lexicon.Plain)
                value *= unit.Factor;
            number.Dimension = unit.Dimension;
            number.Length = drafts[at].End - number.Start;
            at++;
        }
        else if (at < drafts.Length && number.Dimension == Lexicon.Plain && drafts[at].Kind == FactTokenKind.Function && drafts[at].Dimension != 0 && drafts[at].Start == number.Start + number.Length)
        {
            number.Dimension = drafts[at].Dimension;
            number.Length++;
            at++;
        }
        else if (at < drafts.Length && number.PlainDigits && value is > 0 and <= 12 && HalfOfDay(drafts, ref at, out var afternoon))
        {
            number.Kind = FactTokenKind.Time;
            number.Key = (ulong)((int)value % 12 * 60 + (afternoon ? 720 : 0));
            number.Length = drafts[at - 1].End - number.Start;
            read = at;
            return true;
        }

        if (number.Dimension == Lexicon.Plain && number.PlainDigits && drafts[read].Length == 4 && value is >= 1500 and < 2100)
        {
            number.Kind = FactTokenKind.Date;
            number.Key = DateKey.Of((int)value, 0, 0);
        }
        else
        {
            number.Kind = number.Dimension == Lexicon.Plain ? FactTokenKind.Number
                : number.Dimension == Lexicon.PercentDimension ? FactTokenKind.Percentage
                : Lexicon.IsMoney(number.Dimension) ? FactTokenKind.Money
                : FactTokenKind.Quantity;
            number.Key = WordKey.Of(value, number.Dimension);
        }
        read = at;
        return true;
    }

    /// <summary>5:30 pm: what the clock shows and the half of the day.</summary>
    private static Draft TakeTime(ReadOnlySpan<Draft> drafts, ref int read)
    {
        var time = drafts[read++];
        if (read == drafts.Length || time.Key >= 13 * 60 || !HalfOfDay(drafts, ref read, out var afternoon))
            return time;
        time.Key = time.Key % 720 + (afternoon ? 720u : 0);
        time.Length = drafts[read - 1].End - time.Start;
        return time;
    }

    /// <summary>"second" that is a unit without a number, as in "per second", and not the one after the first.</summary>
    private static bool IsUnitWordOnly(ReadOnlySpan<Draft> drafts, int index) =>
        index > 0 && drafts[index - 1].Role is WordRole.PrepositionAt or WordRole.PrepositionOf && (index + 1 == drafts.Length || drafts[index + 1].Kind == FactTokenKind.Function);

    /// <summary>"pm" and "a.m." behind a number.</summary>
    private static bool HalfOfDay(ReadOnlySpan<Draft> drafts, ref int at, out bool afternoon)
    {
        afternoon = drafts[at].Key == Afternoon;
        if (!afternoon && drafts[at].Key != Morning)
            return false;
        at++;
        return true;
    }

    // "am" is also a verb, and stands in the list as one; its key is that of the word all the same.
    private static readonly ulong Morning = WordKey.Of("am");
    private static readonly ulong Afternoon = WordKey.Of("pm");

    /// <summary>5 May 2024, May 5th, 2024, May 2024, in May.</summary>
    private static bool TakeDate(ReadOnlySpan<Draft> drafts, ref int read, out Draft date)
    {
        date = drafts[read];
        var at = read;
        var day = 0;
        if (IsDay(drafts, at))
        {
            day = (int)drafts[at].Value;
            at++;
            if (at < drafts.Length && drafts[at].Role == WordRole.PrepositionOf)
                at++;
        }
        if (at >= drafts.Length || drafts[at].Entry is not { Month: > 0 } month || drafts[at].Traits.HasFlag(FactTraits.Genitive))
            return false;
        var sure = day > 0 || !month.IsCommon;
        at++;
        if (day == 0 && IsDay(drafts, at))
        {
            day = (int)drafts[at].Value;
            at++;
            sure = true;
        }
        var year = 0;
        var behind = at < drafts.Length && drafts[at].Role is WordRole.Comma or WordRole.PrepositionOf ? at + 1 : at;
        if (IsYear(drafts, behind))
        {
            year = (int)drafts[behind].Value;
            at = behind + 1;
            sure = true;
        }
        // "May" is another word too: alone it is a month only behind "in", "since" and the like.
        if (!sure && !(read > 0 && drafts[read - 1].Role is WordRole.PrepositionAt or WordRole.PrepositionAfter or WordRole.PrepositionBefore or WordRole.PrepositionOf or WordRole.PrepositionBy))
            return false;
        date.Length = drafts[at - 1].End - date.Start;
        date.Kind = FactTokenKind.Date;
        date.Role = WordRole.None;
        date.Entry = null;
        date.Traits = FactTraits.None;
        date.Key = DateKey.Of(year, month.Month, day);
        read = at;
        return true;
    }

    private static bool IsDay(ReadOnlySpan<Draft> drafts, int at) => at < drafts.Length && drafts[at] is { Kind: FactTokenKind.Number, PlainDigits: true, Dimension: Lexicon.Plain, Value: >= 1 and <= 31 };

    private static bool IsYear(ReadOnlySpan<Draft> drafts, int at) => at < drafts.Length && drafts[at] is { Kind: FactTokenKind.Number, PlainDigits: true, Length: 4, Value: >= 1500 and < 2100 };
}
