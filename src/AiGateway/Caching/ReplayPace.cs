using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;

namespace AiGateway.Caching;

/// <summary>Spreads the events of a kept answer over time, as a model would have: texts in small pieces, each when it is due.</summary>
/// <remarks>Bounded: at most <see cref="MostPieces"/> pieces, and <see cref="Longest"/> for the whole answer; a longer one goes faster. It ends with its caller, and goes out at once when the gateway stops.</remarks>
/// <param name="tokensPerSecond">How fast, in tokens of four characters.</param>
internal sealed class ReplayPace(double tokensPerSecond)
{
    /// <summary>Most pieces of texts.</summary>
    public const int MostPieces = 2_000;

    private const int CharsPerToken = 4;

    /// <summary>The longest that an answer takes.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    // Less than what timers tell apart, and more than a person sees.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(15);

    private readonly List<(int End, TimeSpan Due)> _pieces = [];
    private int _charsPerPiece = CharsPerToken;
    private double _charsPerSecond;
    private long _chars;

    /// <summary>Looks at all of the steps before the first is split.</summary>
    public void Measure(List<ChatEvent> steps)
    {
        var total = steps.Sum(static step => (long)LengthOf(step));
        _charsPerPiece = (int)Math.Max(CharsPerToken, total / MostPieces);
        _charsPerSecond = Math.Max(tokensPerSecond * CharsPerToken, total / Longest.TotalSeconds);
    }

    /// <summary>The pieces of a step: itself, unless it is a longer text.</summary>
    public IEnumerable<ChatEvent> Split(ChatEvent step)
    {
        if (step is not { Kind: ChatEventKind.PartDelta, Text: { } text, Data: null, Logprobs: null } || text.Length <= _charsPerPiece)
        {
            yield return step;
            yield break;
        }
        for (var at = 0; at < text.Length;)
        {
            var end = Math.Min(at + _charsPerPiece, text.Length);
            // No half characters.
            end += end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
            yield return step with { Text = text[at..end], Signature = end == text.Length ? step.Signature : null };
            at = end;
        }
    }

    /// <summary>A piece is written.</summary>
    /// <param name="step">The piece.</param>
    /// <param name="end">Where its bytes end.</param>
    public void Add(in ChatEvent step, int end)
    {
        _pieces.Add((end, TimeSpan.FromSeconds(_charsPerSecond > 0 ? _chars / _charsPerSecond : 0)));
        _chars += LengthOf(step);
    }

    /// <summary>Writes the bytes, each piece when it is due.</summary>
    public async Task WriteAsync(Stream destination, ReadOnlyMemory<byte> bytes, TimeProvider clock, DrainState drain, CancellationToken cancellationToken)
    {
        var (began, written, ready) = (clock.GetTimestamp(), 0, 0);
        foreach (var (end, due) in _pieces)
        {
            var wait = due - clock.GetElapsedTime(began);
            if (wait >= ShortestWait && !drain.IsDraining)
            {
                await destination.WriteAsync(bytes[written..ready], cancellationToken);
                written = ready;
                await Task.Delay(wait, clock, cancellationToken);
            }
            ready = end;
        }
        await destination.WriteAsync(bytes[written..], cancellationToken);
    }

    private static int LengthOf(in ChatEvent step) => step.Kind == ChatEventKind.PartDelta ? step.Text?.Length ?? 0 : 0;
}
