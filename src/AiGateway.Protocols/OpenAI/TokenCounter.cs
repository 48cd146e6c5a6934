namespace AiGateway.Protocols.OpenAI;

/// <summary>
/// Counts tokens approximately over text that comes in pieces: a word that is split over two pieces counts once.
/// A mutable value: keep it in a field, never in a copy.
/// </summary>
public struct TokenCounter
{
    /// <summary>Below this many bytes one lane is faster than setting up four.</summary>
    private const int FourLanesFrom = 128;

    /// <summary>How far a lane's start may be moved to fall on a blank, or else on an escape.</summary>
    private const int BlankWithin = 24;

    /// <summary>A text beyond this many bytes is sampled.</summary>
    private const int SampledFrom = 16 * 1024;

    /// <summary>
    /// Once <see cref="SampledFrom"/> bytes have been counted in all, a text beyond this many is sampled: a long conversation
    /// comes in many messages, and in the sum of their estimates the errors of the single ones even out.
    /// </summary>
    private const int LaterSampledFrom = 512;

    private const int LongestWindow = 1024;
    private const int ShortestWindow = 64;

    /// <summary>From this many bytes on eight windows are looked at, else four.</summary>
    private const int EightWindowsFrom = 4 * 1024;

    /// <summary>Of a later text an eighth is looked at, as far as the bounds of a window allow.</summary>
    private const int SampledShare = 8;

    private long _weight;
    private int _state;

    /// <summary>Bytes looked at so far, no higher than it matters.</summary>
    private int _counted;

    /// <summary>Tokens so far, rounded to the nearest.</summary>
    public readonly int Tokens => (int)Math.Min((_weight + (TokenTable.Unit / 2)) / TokenTable.Unit, int.MaxValue);

    /// <summary>Adds plain UTF-8 text.</summary>
    public void Append(ReadOnlySpan<byte> utf8) => Append(utf8, TokenTable.TextClasses);

    /// <summary>Adds the text of a JSON string as it stands between its quotes, escapes included.</summary>
    public void AppendEscaped(ReadOnlySpan<byte> json) => Append(json, TokenTable.EscapedClasses);

    /// <summary>Adds a number of tokens known otherwise (per message, per token id).</summary>
    public void Add(int tokens) => _weight += (long)tokens * TokenTable.Unit;

    /// <summary>Adds another counter's tokens, times <paramref name="percent"/> / 100.</summary>
    internal void Add(in TokenCounter other, int percent) => _weight += other._weight * percent / 100;

    /// <summary>The text that follows does not continue the text before.</summary>
    public void Break() => _state = TokenTable.StartState;

    private void Append(ReadOnlySpan<byte> text, ReadOnlySpan<byte> classes)
    {
        var isLater = _counted >= SampledFrom;
        if (text.Length > (isLater ? LaterSampledFrom : SampledFrom))
        {
            var windows = text.Length >= EightWindowsFrom ? 8 : 4;
            AppendSampled(text, classes, windows, isLater ? Math.Clamp(text.Length / (SampledShare * windows), ShortestWindow, LongestWindow) : LongestWindow);
            _counted = SampledFrom;
            return;
        }
        if (!isLater)
            _counted += text.Length;
        if (text.Length >= FourLanesFrom)
            AppendInLanes(text, classes);
        else
            _weight += Run(text, classes, ref _state);
    }

    /// <summary>Counts windows spread evenly over a long text and takes the rest to be like them: a page more does not change what language a text is in, and counting all of it would cost several times as much as the whole scan.</summary>
    /// <param name="windows">How many windows, four or eight: four at a time are counted as lanes.</param>
    private void AppendSampled(ReadOnlySpan<byte> text, ReadOnlySpan<byte> classes, int windows, int windowLength)
    {
        long weight = 0;
        var stride = (text.Length - windowLength - BlankWithin) / (windows - 1);
        for (var window = 0; window < windows; window += 4)
        {
            var near = window * stride;
            _state = TokenTable.StartState;
            weight += CountLanes(
                text.Slice(LaneStart(text, near), windowLength),
                text.Slice(LaneStart(text, near + stride), windowLength),
                text.Slice(LaneStart(text, near + (stride * 2)), windowLength),
                text.Slice(LaneStart(text, near + (stride * 3)), windowLength),
                classes,
                ref _state);
        }
        _weight += weight * text.Length / (windows * windowLength);
        _state = TokenTable.StartState;
    }

    /// <remarks>A lane that starts inside a word counts that word twice, so a lane starts at a blank where one is near.</remarks>
    private void AppendInLanes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> classes)
    {
        var quarter = text.Length / 4;
        var first = LaneStart(text, quarter);
        var second = LaneStart(text, quarter * 2);
        var third = LaneStart(text, quarter * 3);
        _weight += CountLanes(text[..first], text[first..second], text[second..third], text[third..], classes, ref _state);
    }

    /// <param name="state">The state before the first lane; then that after the last.</param>
    /// <remarks>Each step waits for the table entry of the step before, some six cycles; four independent lanes hide that.</remarks>
    private static long CountLanes(
        ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d, ReadOnlySpan<byte> classes, ref int state)
    {
        var common = Math.Min(Math.Min(a.Length, b.Length), Math.Min(c.Length, d.Length));
        ReadOnlySpan<int> table = TokenTable.Transitions;
        int stateA = state, stateB = 0, stateC = 0, stateD = 0;
        long weight = 0;
        for (var i = 0; i < common; i++)
        {
            var entryA = table[stateA + classes[a[i]]];
            var entryB = table[stateB + classes[b[i]]];
            var entryC = table[stateC + classes[c[i]]];
            var entryD = table[stateD + classes[d[i]]];
            stateA = entryA & 0xFFFF;
            stateB = entryB & 0xFFFF;
            stateC = entryC & 0xFFFF;
            stateD = entryD & 0xFFFF;
            weight += (entryA >> 16) + (entryB >> 16) + (entryC >> 16) + (entryD >> 16);
        }

        weight += Run(a[common..], classes, ref stateA);
        weight += Run(b[common..], classes, ref stateB);
        weight += Run(c[common..], classes, ref stateC);
        weight += Run(d[common..], classes, ref stateD);
        state = stateD;
        return weight;
    }

    private static int LaneStart(ReadOnlySpan<byte> text, int near)
    {
        var within = text.Slice(near, BlankWithin);
        var start = within.IndexOf((byte)' ');
        if (start < 0)
            start = within.IndexOf((byte)'\\');
        return start < 0 ? near : near + start;
    }

    private static long Run(ReadOnlySpan<byte> text, ReadOnlySpan<byte> classes, ref int state)
    {
        ReadOnlySpan<int> table = TokenTable.Transitions;
        var current = state;
        long weight = 0;
        foreach (var b in text)
        {
            var entry = table[current + classes[b]];
            current = entry & 0xFFFF;
            weight += entry >> 16;
        }
        state = current;
        return weight;
    }
}
