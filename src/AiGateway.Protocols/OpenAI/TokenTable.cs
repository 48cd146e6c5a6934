namespace AiGateway.Protocols.OpenAI;

/// <summary>The automaton behind <see cref="TokenCounter"/>: one step per byte, each with a weight; the sum is the number of tokens.</summary>
/// <remarks>
/// The states know how long the present word, capital run, digit group or punctuation run is; the byte classes tell letters
/// from digits and so on. In JSON text a backslash starts an escape (<c>\n</c> is a line end, <c>\u4e2d</c> one foreign letter).
/// </remarks>
internal static class TokenTable
{
    /// <summary>Weights are in 1/1000 token.</summary>
    public const int Unit = 1000;

    /// <summary>The state before any text.</summary>
    public const int StartState = (int)State.Start;

    private const int ClassBits = 5;
    private const int LongestWord = 16;
    private const int StateCount = (int)State.Count;

    /// <summary>Indexed by state (times 32) plus class; the upper half of an entry is the weight, the lower the next state times 32.</summary>
    public static readonly int[] Transitions = new int[StateCount << ClassBits];

    /// <summary>Which weight each transition carries, in the layout of <see cref="Transitions"/>; for fitting.</summary>
    internal static readonly byte[] Kinds = new byte[StateCount << ClassBits];

    /// <summary>Byte to class, for plain text.</summary>
    public static readonly byte[] TextClasses = Classes(escaped: false);

    /// <summary>Byte to class, for text inside a JSON string.</summary>
    public static readonly byte[] EscapedClasses = Classes(escaped: true);

    /// <summary>What a transition costs, in 1/1000 token.</summary>
    /// <remarks>
    /// Fitted once, by least absolute error against the o200k vocabulary over some 200,000 tokens of English prose, source code,
    /// JSON, Markdown and samples of a dozen other languages (median error there 2 to 3 %); the tests hold the result to
    /// recorded traffic of many providers. Kinds without a weight cost nothing: a word of eleven letters is mostly one token.
    /// </remarks>
    internal static readonly int[] Weights = new int[(int)Kind.Count];

    static TokenTable()
    {
        Weight(Kind.WordStart, 920);
        Weight(Kind.WordAfterPunctuation, 370);
        Weight(Kind.WordAfterDigit, 1130);
        Weight(Kind.LettersTo4, 34);
        Weight(Kind.Letters5To7, 4);
        Weight(Kind.LettersFrom12, 440);
        Weight(Kind.CapitalInWord, 930);
        Weight(Kind.CapitalRun, 190);
        Weight(Kind.LowerAfterCapitals, 1880);
        Weight(Kind.DigitGroup, 970);
        Weight(Kind.DigitAfterBlank, 2020);
        Weight(Kind.BlankRun, 310);
        Weight(Kind.Line, 1420);
        Weight(Kind.LineAfterPunctuation, 600);
        Weight(Kind.Punctuation, 970);
        Weight(Kind.PunctuationAgain, 310);
        Weight(Kind.AccentedLetter, 590);
        Weight(Kind.ForeignLetter, 290);
        Weight(Kind.Ideograph, 720);
        Weight(Kind.WideLetter, 350);
        Weight(Kind.Symbol, 1480);
        Weight(Kind.Emoji, 1210);
        Weight(Kind.EscapedLetter, 600);
        Build();
    }

    internal enum Kind : byte
    {
        None,
        WordStart,
        WordAfterPunctuation,
        WordAfterDigit,
        LettersTo4,
        Letters5To7,
        Letters8To11,
        LettersFrom12,
        CapitalInWord,
        CapitalRun,
        LowerAfterCapitals,
        DigitGroup,
        DigitInGroup,
        DigitAfterBlank,
        BlankRun,
        LongerBlankRun,
        Line,
        LineAfterPunctuation,
        LineAgain,
        Punctuation,
        PunctuationAgain,
        AccentedLetter,
        ForeignLetter,
        Ideograph,
        WideLetter,
        Symbol,
        Emoji,
        EscapedLetter,
        Count,
    }

    private enum State
    {
        Start,
        Word1,
        WordLast = Word1 + LongestWord - 1,
        Capital1,
        Capitals,
        Digit1,
        Digit2,
        Digit3,
        Blank,
        Blanks,
        Line,
        Punctuation,
        Foreign,
        Escape,
        EscapeAfterPunctuation,
        EscapeAfterLine,
        Hex1,
        Hex2,
        Hex3,
        Hex4,
        Count,
    }

    private enum Class
    {
        Lower,
        LowerN,
        LowerRT,
        LowerU,
        Upper,
        Digit,
        Blank,
        Line,
        Punctuation,
        Backslash,
        Continuation,
        Accented,
        Foreign,
        Symbol,
        Wide,
        Ideograph,
        Emoji,
        Count,
    }

    private static void Weight(Kind kind, int weight) => Weights[(int)kind] = weight;

    private static void Set(State state, Class input, State next, Kind kind)
    {
        var index = ((int)state << ClassBits) + (int)input;
        Transitions[index] = (Weights[(int)kind] << 16) | ((int)next << ClassBits);
        Kinds[index] = (byte)kind;
    }

    private static void Build()
    {
        for (var state = State.Start; state < State.Count; state++)
        {
            if (state is >= State.Escape and <= State.EscapeAfterLine)
                BuildEscape(state);
            else if (state >= State.Hex1)
                BuildHex(state);
            else
                BuildText(state);
        }
    }

    private static void BuildText(State state)
    {
        var inWord = state is >= State.Word1 and <= State.WordLast;
        var inCapitals = state is State.Capital1 or State.Capitals;
        var inDigits = state is State.Digit1 or State.Digit2 or State.Digit3;
        var wordStart =
            state == State.Punctuation ? Kind.WordAfterPunctuation
            : inDigits ? Kind.WordAfterDigit
            : Kind.WordStart;

        foreach (var letter in (ReadOnlySpan<Class>)[Class.Lower, Class.LowerN, Class.LowerRT, Class.LowerU])
        {
            if (inWord)
                Set(state, letter, state == State.WordLast ? state : state + 1, LetterAt(state - State.Word1 + 2));
            else if (state == State.Capital1)
                Set(state, letter, State.Word1 + 1, Kind.LettersTo4);
            else if (state == State.Capitals)
                Set(state, letter, State.Word1 + 2, Kind.LowerAfterCapitals);
            else if (state == State.Foreign)
                Set(state, letter, State.Word1 + 2, Kind.LettersTo4);
            else
                Set(state, letter, State.Word1, wordStart);
        }

        if (inWord)
            Set(state, Class.Upper, State.Capital1, Kind.CapitalInWord);
        else if (inCapitals)
            Set(state, Class.Upper, State.Capitals, Kind.CapitalRun);
        else
            Set(state, Class.Upper, State.Capital1, wordStart);

        if (state is State.Digit1 or State.Digit2)
            Set(state, Class.Digit, state + 1, Kind.DigitInGroup);
        else
            Set(state, Class.Digit, State.Digit1, state is State.Blank ? Kind.DigitAfterBlank : Kind.DigitGroup);

        Set(state, Class.Blank, state is State.Blank or State.Blanks or State.Line ? State.Blanks : State.Blank,
            state is State.Blank or State.Line ? Kind.BlankRun : state == State.Blanks ? Kind.LongerBlankRun : Kind.None);

        Set(state, Class.Line, State.Line,
            state == State.Line ? Kind.LineAgain : state == State.Punctuation ? Kind.LineAfterPunctuation : Kind.Line);

        Set(state, Class.Punctuation, State.Punctuation, state == State.Punctuation ? Kind.PunctuationAgain : Kind.Punctuation);

        Set(state, Class.Backslash,
            state == State.Punctuation ? State.EscapeAfterPunctuation : state == State.Line ? State.EscapeAfterLine : State.Escape,
            Kind.None);

        Set(state, Class.Continuation, state, Kind.None);
        Set(state, Class.Accented, State.Foreign, Kind.AccentedLetter);
        Set(state, Class.Foreign, State.Foreign, Kind.ForeignLetter);
        Set(state, Class.Ideograph, State.Foreign, Kind.Ideograph);
        Set(state, Class.Wide, State.Foreign, Kind.WideLetter);
        Set(state, Class.Symbol, State.Punctuation, Kind.Symbol);
        Set(state, Class.Emoji, State.Punctuation, Kind.Emoji);
    }

    /// <summary>The byte after a backslash. What cannot stand there in JSON counts as punctuation.</summary>
    private static void BuildEscape(State state)
    {
        for (var input = Class.Lower; input < Class.Count; input++)
            Set(state, input, State.Punctuation, state == State.EscapeAfterPunctuation ? Kind.PunctuationAgain : Kind.Punctuation);

        var line =
            state == State.EscapeAfterLine ? Kind.LineAgain
            : state == State.EscapeAfterPunctuation ? Kind.LineAfterPunctuation
            : Kind.Line;
        Set(state, Class.LowerN, State.Line, line);
        Set(state, Class.LowerRT, State.Line, line);
        Set(state, Class.LowerU, State.Hex1, Kind.None);
    }

    private static void BuildHex(State state)
    {
        for (var input = Class.Lower; input < Class.Count; input++)
        {
            var last = state == State.Hex4;
            Set(state, input, last ? State.Foreign : state + 1, last ? Kind.EscapedLetter : Kind.None);
        }
    }

    private static Kind LetterAt(int position) =>
        position switch
        {
            <= 4 => Kind.LettersTo4,
            <= 7 => Kind.Letters5To7,
            <= 11 => Kind.Letters8To11,
            _ => Kind.LettersFrom12,
        };

    private static byte[] Classes(bool escaped)
    {
        var classes = new byte[256];
        for (var b = 0; b < 256; b++)
            classes[b] = (byte)ClassOf((byte)b, escaped);
        return classes;
    }

    /// <remarks>Lead bytes of UTF-8 tell the script: C2 to C9 Latin with accents, CA to DF Greek to Arabic, E3 to ED mostly Han, kana and Hangul.</remarks>
    private static Class ClassOf(byte b, bool escaped) =>
        b switch
        {
            (byte)'\\' => escaped ? Class.Backslash : Class.Punctuation,
            (byte)'n' => Class.LowerN,
            (byte)'r' or (byte)'t' => Class.LowerRT,
            (byte)'u' => Class.LowerU,
            >= (byte)'a' and <= (byte)'z' => Class.Lower,
            >= (byte)'A' and <= (byte)'Z' => Class.Upper,
            >= (byte)'0' and <= (byte)'9' => Class.Digit,
            (byte)' ' => Class.Blank,
            < 0x20 => Class.Line,
            < 0x80 => Class.Punctuation,
            < 0xC0 => Class.Continuation,
            < 0xCA => Class.Accented,
            < 0xE0 => Class.Foreign,
            0xE2 => Class.Symbol,
            < 0xE3 => Class.Wide,
            < 0xEE => Class.Ideograph,
            < 0xF0 => Class.Symbol,
            _ => Class.Emoji,
        };
}
