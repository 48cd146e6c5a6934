namespace AiGateway.Protocols.OpenAI;

/// <summary>
/// Counts tokens approximately over text that comes in pieces: a word that is split over two pieces counts once.
/// A mutable value: keep it in a field, never in a copy.
/// </summary>
public struct TokenCounter
{
    /// <summary>Below this many bytes one lane is faster than setting up four.</summary>
    private const int FourLanesFrom = 128;

    /// <summary>How far a lane's start may be moved to fall on a blank.</summary>
    private const int BlankWithin = 24;

    /// <summary>A text beyond this many bytes is sampled.</summary>
    private const int SampledFrom = 16 * 1024;

    /// <summary>
    /// Once <see cref="SampledFrom"/> bytes have been counted in all, a text beyond this many is sampled: a long conversation
    /// comes in many messages, and in the sum of their estimates the errors of the single ones even out.
    /// </summary>
    private const int LaterSampledFrom = 2 * 1024;

    private const int Windows = 8;
    private const int WindowLength = 1024;
    private const int LaterWindowLength = 128;

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
            AppendSampled(text, classes, text.Length > SampledFrom && !isLater ? WindowLength : LaterWindowLength);
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

    /// <summary>Counts windows spread evenly over a long text and takes the rest to be like them: a page more does not change what language a text is in, and counting all of it would cost as much as the whole scan.</summary>
    private void AppendSampled(ReadOnlySpan<byte> text, ReadOnlySpan<byte> classes, int windowLength)
    {
        var sample = new TokenCounter();
        for (var i = 0; i < Windows; i++)
        {
            var start = (int)((long)(text.Length - windowLength) * i / (Windows - 1));
            sample.AppendInLanes(text.Slice(start, windowLength), classes);
            sample.Break();
        }
        _weight += sample._weight * text.Length / (Windows * windowLength);
        _state = TokenTable.StartState;
    }

    /// <remarks>
    /// Each step waits for the table entry of the step before, some six cycles; four independent lanes hide that. A lane that
    /// starts inside a word counts that word twice, so a lane starts at a blank where one is near.
    /// </remarks>
    private void AppendInLanes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> classes)
    {
        var quarter = text.Length / 4;
        var first = LaneStart(text, quarter);
        var second = LaneStart(text, quarter * 2);
        var third = LaneStart(text, quarter * 3);
        var a = text[..first];
        var b = text[first..second];
        var c = text[second..third];
        var d = text[third..];
        var common = Math.Min(Math.Min(a.Length, b.Length), Math.Min(c.Length, d.Length));

        ReadOnlySpan<int> table = TokenTable.Transitions;
        int stateA = _state, stateB = 0, stateC = 0, stateD = 0;
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
        _state = stateD;
        _weight += weight;
    }

    private static int LaneStart(ReadOnlySpan<byte> text, int near)
    {
        var blank = text.Slice(near, BlankWithin).IndexOf((byte)' ');
        return blank < 0 ? near : near + blank;
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
