using AiGateway.Protocols.OpenAI.Realtime;

namespace AiGateway.Forwarding.Realtime;

/// <summary>Looks at the messages of one direction as they come in pieces, and keeps those that somebody must read whole; the others are known for what they are by their first bytes.</summary>
/// <param name="ofCaller">Whether the messages come from the caller.</param>
internal sealed class EventInspection(bool ofCaller)
{
    /// <summary>
    /// Largest event in bytes that is kept to be read. Those of interest hold instructions, tools and the text of an answer, never
    /// audio; and where <c>type</c> does not come by within so much, the event is taken for none of them.
    /// </summary>
    public const int Largest = 1024 * 1024;

    private OutputBuffer _kept;
    private int _nextLook;
    private bool _passes;
    private bool _isEnd;

    /// <summary>What the event is.</summary>
    public RealtimeEventKind Kind { get; private set; }

    /// <summary>The bytes that the last finding is about; good until <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>Takes the next piece of a message. After anything but <see cref="Finding.Pending"/>, <see cref="Clear"/> follows.</summary>
    public Finding Add(ReadOnlyMemory<byte> piece, bool isEnd)
    {
        _isEnd = isEnd;
        if (_passes)
        {
            Current = piece;
            return Finding.Passes;
        }
        if (isEnd && _kept.IsEmpty)
        {
            // Nearly always a message comes in one piece, and needs no copy.
            Current = piece;
        }
        else
        {
            _kept.Append(piece.Span);
            Current = _kept.ReadyMemory;
        }
        if (Kind == RealtimeEventKind.Undecided && (isEnd || Current.Length >= _nextLook))
        {
            Kind = RealtimeEvents.KindOf(Current.Span, isEnd);
            // Pieces may be single bytes: looking again only at twice the length keeps the work in proportion.
            _nextLook = Current.Length * 2;
        }
        var isUndecided = Kind == RealtimeEventKind.Undecided && !isEnd;
        if (Current.Length > Largest && Concerns(Kind))
        {
            _passes = true;
            return Finding.TooLarge;
        }
        if (Current.Length > Largest || !(isUndecided || Concerns(Kind)))
        {
            _passes = true;
            return Finding.Passes;
        }
        return isEnd ? Finding.Complete : Finding.Pending;
    }

    /// <summary>Lets go of what was kept, after it has been used.</summary>
    public void Clear()
    {
        _kept.Release();
        Current = default;
        if (_isEnd)
        {
            Kind = RealtimeEventKind.Undecided;
            _nextLook = 0;
            _passes = false;
        }
    }

    private bool Concerns(RealtimeEventKind kind) => ofCaller
        ? kind == RealtimeEventKind.SessionUpdate
        : kind is RealtimeEventKind.Session or RealtimeEventKind.ResponseCreated or RealtimeEventKind.ResponseDone or RealtimeEventKind.TranscriptionCompleted;
}

/// <summary>What is known of a message after a piece of it.</summary>
internal enum Finding
{
    /// <summary>It may be of interest; the piece is kept.</summary>
    Pending,

    /// <summary>It is of no interest.</summary>
    Passes,

    /// <summary>It is of interest, and whole.</summary>
    Complete,

    /// <summary>It is of interest, and larger than is kept.</summary>
    TooLarge,
}
