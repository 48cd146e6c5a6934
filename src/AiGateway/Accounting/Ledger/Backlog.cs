namespace AiGateway.Accounting.Ledger;

/// <summary>What is on disk and not yet in the store. The writer adds, the committer takes; the lock is held for a few instructions and never across I/O.</summary>
internal sealed class Backlog
{
    private static readonly TimeSpan BetweenMarks = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<QueueSegment> _segments = new();
    private readonly Queue<(long End, DateTimeOffset At)> _marks = new();
    private QueueSegment? _last;
    private DateTimeOffset _markedAt;
    private long _bytes;
    private long _records;
    private long _written;
    private long _read;

    /// <summary>Bytes of records that wait.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Records that wait.</summary>
    public long Records => Interlocked.Read(ref _records);

    /// <summary>When the oldest that waits was written, to a second; null when none waits.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            lock (_lock)
            {
                return _written == _read || _marks.Count == 0 ? null : _marks.Peek().At;
            }
        }
    }

    /// <summary>Adds a segment that is to be written; the one before it is sealed.</summary>
    public void Begin(QueueSegment segment)
    {
        lock (_lock)
        {
            if (_last is not null)
            {
                _last.IsSealed = true;
            }
            _segments.Enqueue(segment);
            _last = segment;
        }
    }

    /// <summary>Seals the segment that is written now.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            if (_last is not null)
            {
                _last.IsSealed = true;
                _last = null;
            }
        }
    }

    /// <summary>Says that a segment's file is on disk up to <paramref name="length"/>.</summary>
    public void Flushed(QueueSegment segment, long length, int records, DateTimeOffset now)
    {
        lock (_lock)
        {
            var more = length - segment.Flushed;
            segment.Flushed = length;
            segment.Records += records;
            _written += more;
            // A clock that was set back must not end the marks.
            if (_marks.Count == 0 || (now - _markedAt).Duration() >= BetweenMarks)
            {
                _marks.Enqueue((_written, now));
                _markedAt = now;
            }
            Interlocked.Add(ref _bytes, more);
            Interlocked.Add(ref _records, records);
        }
    }

    /// <summary>The segment to read next and how far; null when there is nothing to do.</summary>
    /// <remarks>A segment that is read to its end and sealed is given too, to be removed.</remarks>
    public QueueSegment? Next(out long from, out long to, out bool isSealed)
    {
        lock (_lock)
        {
            if (_segments.TryPeek(out var segment) && (segment.Flushed > segment.Read || segment.IsSealed))
            {
                (from, to, isSealed) = (segment.Read, segment.Flushed, segment.IsSealed);
                return segment;
            }
            (from, to, isSealed) = (0, 0, false);
            return null;
        }
    }

    /// <summary>Says that a segment's records are in the store up to <paramref name="position"/>.</summary>
    public void Taken(QueueSegment segment, long position, int records)
    {
        lock (_lock)
        {
            var more = position - segment.Read;
            segment.Read = position;
            segment.RecordsRead += records;
            _read += more;
            while (_marks.Count > 0 && _marks.Peek().End <= _read)
            {
                _marks.Dequeue();
            }
            Interlocked.Add(ref _bytes, -more);
            Interlocked.Add(ref _records, -records);
        }
    }

    /// <summary>Removes the segment that was given last, and what of it was not taken.</summary>
    public void Remove(QueueSegment segment)
    {
        lock (_lock)
        {
            var left = segment.Flushed - segment.Read;
            _read += left;
            Interlocked.Add(ref _bytes, -left);
            Interlocked.Add(ref _records, segment.RecordsRead - segment.Records);
            _segments.Dequeue();
        }
    }
}
