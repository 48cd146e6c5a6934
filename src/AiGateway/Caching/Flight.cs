using AiGateway.Pipeline;

namespace AiGateway.Caching;

/// <summary>One upstream call that several requests share: its leader's dispatch writes, every caller (the leader's too) reads at its own pace.</summary>
/// <remarks>
/// <para>The call goes on as long as anyone reads. When the leader's caller hangs up, the call is the others'; when the last one has left, it is
/// cancelled (<see cref="Stop"/>).</para>
/// <para>Bounded: up to a number of bytes all is kept, for those who join late. Beyond that nobody joins any more, what all have
/// read is let go, a follower that is further behind is cut off, and for the leader's caller, who pays, the call waits.</para>
/// </remarks>
#pragma warning disable CA1001 // A source of cancellation without a timer holds nothing to give back, and readers leave after the call has ended.
internal sealed class Flight
#pragma warning restore CA1001
{
    private const int FirstSegment = 4 * 1024;
    private const int LargestSegment = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<StoredAnswer?> _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FlightSegment? _first;
    private FlightSegment? _last;
    private TaskCompletionSource _changed = New();
    private TaskCompletionSource? _room;
    private long _length;
    private readonly int _bound;
    private readonly List<FlightReader> _readers = new(1);
    private int _joined;
    private bool _hasWaiters;
    private bool _isFull;
    private bool _payerHasLeft;

    /// <param name="key">What is asked.</param>
    /// <param name="form">In which form the leader's caller wants the answer.</param>
    /// <param name="leader">Id of the request that leads.</param>
    /// <param name="generation">How many calls for the same readers failed before this one.</param>
    /// <param name="bound">Most bytes that wait for a reader.</param>
    public Flight(string key, AnswerForm form, string leader, int generation, int bound)
    {
        (Key, Form, Leader, Generation, _bound) = (key, form, leader, generation, bound);
        Payer = new FlightReader(this);
        _readers.Add(Payer);
    }

    /// <summary>What is asked.</summary>
    public string Key { get; }

    /// <summary>In which form it comes.</summary>
    public AnswerForm Form { get; }

    /// <summary>Id of the request that leads, and pays.</summary>
    public string Leader { get; }

    /// <summary>Reads for the caller who pays.</summary>
    public FlightReader Payer { get; }

    /// <summary>How many calls for the same readers failed before this one.</summary>
    public int Generation { get; }

    /// <summary>Cancelled when nobody reads any more.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>How it ended.</summary>
    public FlightEnd End { get; private set; }

    /// <summary>Why nothing came; null where there is nothing to be said of it to others.</summary>
    public Rejection? Rejection { get; private set; }

    /// <summary>What it cost its leader, in USD; null while nobody knows.</summary>
    public decimal? Cost { get; private set; }

    /// <summary>Status and headers; null before the first byte.</summary>
    public FlightHead? Head { get; private set; }

    /// <summary>What will be kept of it; null when nothing is.</summary>
    public Task<StoredAnswer?> Stored => _stored.Task;

    /// <summary>How many others shared it.</summary>
    public int Followers
    {
        get
        {
            lock (_lock)
            {
                return _joined;
            }
        }
    }

    /// <summary>Begins to read.</summary>
    /// <param name="isRefresh">Whether what was there before the reader came is not for it.</param>
    /// <returns>Null when it cannot be joined any more: it has failed, was given up, is too large to be had from its beginning, or is all there.</returns>
    public FlightReader? Join(bool isRefresh)
    {
        lock (_lock)
        {
            // Its caller may have read the last byte while the call is still being settled.
            var isThere = End == FlightEnd.Complete || Head?.Length == _length;
            // Not asked of the token, which is cancelled outside the lock.
            var isGivenUp = _readers.Count == 0 && End == FlightEnd.None;
            if (_isFull || End is FlightEnd.Failed or FlightEnd.Broken || isGivenUp || (isThere && isRefresh))
            {
                return null;
            }
            var reader = new FlightReader(this) { CameAfter = isThere };
            _readers.Add(reader);
            _joined += reader.CameAfter ? 0 : 1;
            return reader;
        }
    }

    /// <summary>Ends reading; when it was the last reader of a call that still runs, the call is given up.</summary>
    /// <returns>True when it was given up.</returns>
    public bool Leave(FlightReader reader)
    {
        var isOver = false;
        lock (_lock)
        {
            if (!_readers.Remove(reader))
            {
                return false;
            }
            reader.Segment = null;
            if (ReferenceEquals(Payer, reader))
            {
                _payerHasLeft = true;
                _room?.TrySetResult();
            }
            isOver = _readers.Count == 0 && End == FlightEnd.None;
        }
        if (isOver)
        {
            _stop.Cancel();
        }
        return isOver;
    }

    /// <summary>Takes status and headers; the first call counts.</summary>
    public void Begin(FlightHead head)
    {
        lock (_lock)
        {
            Head ??= head;
            Wake();
        }
    }

    /// <summary>Takes more of the answer.</summary>
    public ValueTask AppendAsync(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            while (!bytes.IsEmpty)
            {
                if (_last is null || _last.Length == _last.Bytes.Length)
                {
                    // An answer that comes whole is one piece.
                    var next = new FlightSegment(Math.Max(Math.Min(_last is null ? FirstSegment : _last.Bytes.Length * 2, LargestSegment), bytes.Length));
                    if (_last is null)
                    {
                        _first = next;
                    }
                    else
                    {
                        _last.Next = next;
                    }
                    _last = next;
                }
                var part = Math.Min(bytes.Length, _last.Bytes.Length - _last.Length);
                bytes[..part].CopyTo(_last.Bytes.AsSpan(_last.Length));
                _last.Length += part;
                _length += part;
                bytes = bytes[part..];
            }
            LetGo();
            Wake();
            return HasRoom ? ValueTask.CompletedTask : new ValueTask(WaitForRoomAsync());
        }
    }

    /// <summary>Ends the call.</summary>
    /// <param name="end">How.</param>
    /// <param name="rejection">For <see cref="FlightEnd.Failed"/>: why.</param>
    /// <param name="cost">What it cost, in USD.</param>
    public void Finish(FlightEnd end, Rejection? rejection, decimal? cost)
    {
        lock (_lock)
        {
            if (End != FlightEnd.None)
            {
                return;
            }
            (End, Rejection, Cost) = (end, rejection, cost);
            Wake();
        }
        if (end != FlightEnd.Complete)
        {
            _stored.TrySetResult(null);
        }
    }

    /// <summary>Says what is kept of it.</summary>
    public void Keep(StoredAnswer? answer) => _stored.TrySetResult(answer);

    /// <summary>The whole answer in one piece; null when it is too large for that. To be called when it is complete.</summary>
    public byte[]? ToArray()
    {
        lock (_lock)
        {
            if (_isFull || End != FlightEnd.Complete)
            {
                return null;
            }
            var whole = new byte[_length];
            var at = 0;
            for (var segment = _first; segment is not null; segment = segment.Next)
            {
                segment.Bytes.AsSpan(0, segment.Length).CopyTo(whole.AsSpan(at));
                at += segment.Length;
            }
            return whole;
        }
    }

    /// <summary>What a reader has not read yet and is there.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="end">When nothing is there: how the call ended.</param>
    /// <param name="changed">When nothing is there and the call goes on: completes when that changes.</param>
    public ReadOnlyMemory<byte> Read(FlightReader reader, out FlightEnd end, out Task changed)
    {
        lock (_lock)
        {
            (end, changed) = (FlightEnd.None, Task.CompletedTask);
            if (reader.IsCut)
            {
                end = FlightEnd.Broken;
                return default;
            }
            reader.Segment ??= _first;
            while (reader.Segment is { } segment)
            {
                if (reader.Offset < segment.Length)
                {
                    var bytes = segment.Bytes.AsMemory(reader.Offset, segment.Length - reader.Offset);
                    reader.Offset = segment.Length;
                    reader.Position += bytes.Length;
                    if (_room is { } room && ReferenceEquals(reader, Payer))
                    {
                        room.TrySetResult();
                    }
                    return bytes;
                }
                if (segment.Next is not { } next)
                {
                    break;
                }
                (reader.Segment, reader.Offset) = (next, 0);
            }
            end = End;
            if (end == FlightEnd.None)
            {
                _hasWaiters = true;
                changed = _changed.Task;
            }
            return default;
        }
    }

    /// <summary>Completes with the next change; for a reader that found nothing.</summary>
    public Task Changed()
    {
        lock (_lock)
        {
            _hasWaiters = true;
            return _changed.Task;
        }
    }

    // Beyond the bound the beginning is kept for nobody, and a follower that is too far behind does not hold what nobody else needs any more.
    private void LetGo()
    {
        if (_length <= _bound)
        {
            return;
        }
        foreach (var reader in _readers)
        {
            if (!_isFull)
            {
                reader.Segment ??= _first;
            }
            if (!ReferenceEquals(reader, Payer) && _length - reader.Position > _bound)
            {
                reader.IsCut = true;
                reader.Segment = null;
            }
        }
        _isFull = true;
        _first = null;
    }

    private bool HasRoom => _payerHasLeft || _length - Payer.Position <= _bound;

    private async Task WaitForRoomAsync()
    {
        while (true)
        {
            TaskCompletionSource room;
            lock (_lock)
            {
                if (HasRoom || End != FlightEnd.None)
                {
                    return;
                }
                room = _room = New();
            }
            await room.Task.WaitAsync(Stop);
        }
    }

    private void Wake()
    {
        if (_hasWaiters)
        {
            _hasWaiters = false;
            var changed = _changed;
            _changed = New();
            changed.TrySetResult();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
