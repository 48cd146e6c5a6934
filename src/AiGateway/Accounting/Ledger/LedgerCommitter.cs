namespace AiGateway.Accounting.Ledger;

/// <summary>Moves the queue's records into the store, oldest first, on a thread of its own.</summary>
/// <remarks>
/// (1) Queues of processes that have ended come first: theirs are older. What they meant to send and never recorded becomes
/// estimated lines. (2) Then this process's own, in batches, each in one transaction. (3) A file goes when everything in it is
/// in the store; a stop between the two is repeated by the next start, and the store knows what it has. (4) While the store
/// fails, nothing is taken from the queue. (5) A file that cannot be read to its end is put aside, and the rest of the queue goes on.
/// </remarks>
internal sealed partial class LedgerCommitter : IAsyncDisposable
{
    // More would be fewer flushes, and reports that are further behind.
    private const int RecordsAtOnce = 8192;

    // Larger batches are cheaper; reports are this much behind.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan ShortestRestAfterFailure = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRestAfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenChores = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromHours(1);
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(10);

    private readonly string _dataFolder;
    private readonly Backlog _backlog;
    private readonly ILedgerStore _store;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _clock;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly AutoResetEvent _wake = new(false);

    // Set from the first drain on: nothing is waited for any more.
    private readonly ManualResetEvent _hurry = new(false);
    private readonly LedgerBatch _batch = new();
    private readonly Queue<QueueFolder> _adopted = new();
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource? _drained;
    private volatile bool _isEnding;
    private TimeSpan _restAfterFailure;
    private long? _choresAt;
    private long? _sweptAt;
    private bool _isFailing;

    public LedgerCommitter(string dataFolder, Backlog backlog, ILedgerStore store, TimeSpan keep, TimeProvider clock, LedgerMetrics metrics, ILogger logger)
    {
        (_dataFolder, _backlog, _store, _keep, _clock, _metrics, _logger) = (dataFolder, backlog, store, keep, clock, metrics, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger committer" };
    }

    /// <summary>Called after each batch that is in the store.</summary>
    public required Action Progressed { get; init; }

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Says that something is on disk.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Ends when what earlier processes have left on disk is in the store for the first time.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Ends when everything that is on disk is in the store, or the store fails.</summary>
    public Task DrainAsync()
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _drained = drained;
        _hurry.Set();
        _wake.Set();
        return drained.Task;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _isEnding = true;
        _hurry.Set();
        _wake.Set();
        try
        {
            await _ended.Task.WaitAsync(DisposeTimeout);
            _store.Dispose();
            _wake.Dispose();
            _hurry.Dispose();
        }
        catch (TimeoutException)
        {
            // A statement that hangs in the file system: the process ends, and the queue keeps what was not committed.
        }
    }

    private void Run()
    {
        while (true)
        {
            // Asked before the round: what comes during it is for the next.
            var (drained, isEnding) = (_drained, _isEnding);
            var didSome = false;
            try
            {
                Chores(isEnding);
                CommitAdopted();
                _caughtUp.TrySetResult();
                didSome = CommitOwn();
                Succeeded();
            }
            catch (Exception fault) when (fault is LedgerStoreException or IOException or UnauthorizedAccessException)
            {
                Failed(fault);
            }
            if (didSome)
            {
                if (_backlog.Records < RecordsAtOnce)
                {
                    _hurry.WaitOne(Rest);
                }
                continue;
            }
            drained?.TrySetResult();
            if (isEnding)
            {
                break;
            }
            if (_isFailing && !_hurry.WaitOne(0))
            {
                // Not the event that each write sets: the store is to be left alone for a while.
                _hurry.WaitOne(_restAfterFailure);
            }
            else
            {
                _wake.WaitOne(_isFailing ? _restAfterFailure : BetweenChores);
            }
        }
        while (_adopted.TryDequeue(out var folder))
        {
            folder.Dispose();
        }
        _ended.TrySetResult();
    }

    private void Chores(bool isEnding)
    {
        if (isEnding || (_choresAt is { } before && _clock.GetElapsedTime(before) < BetweenChores))
        {
            return;
        }
        foreach (var folder in QueueFolder.Adopt(_dataFolder))
        {
            _adopted.Enqueue(folder);
        }
        if (_sweptAt is not { } swept || _clock.GetElapsedTime(swept) >= BetweenSweeps)
        {
            var removed = _store.Sweep(_clock.GetUtcNow() - _keep);
            if (removed > 0)
            {
                Log.Swept(_logger, removed);
            }
            _sweptAt = _clock.GetTimestamp();
        }
        _choresAt = _clock.GetTimestamp();
    }

    private void CommitAdopted()
    {
        while (_adopted.TryPeek(out var folder))
        {
            foreach (var path in folder.Segments())
            {
                CommitWhole(path);
            }
            var estimated = _store.SettleIntents(folder.Process);
            if (estimated > 0)
            {
                _metrics.Estimated(estimated);
                Log.Estimated(_logger, estimated, folder.Process);
            }
            _adopted.Dequeue().Leave();
        }
    }

    private void CommitWhole(string path)
    {
        var length = new FileInfo(path).Length;
        var position = SegmentReader.FirstFrame(path) ?? 0;
        var state = position == 0 ? length < Frames.FileHead.Length ? FrameState.Cut : FrameState.Damaged : FrameState.Whole;
        while (state == FrameState.Whole && position < length)
        {
            _batch.Clear();
            var from = position;
            (position, state) = SegmentReader.Read(path, from, length, RecordsAtOnce, _batch);
            Append(from, ref position, ref state);
        }
        Finish(path, position, length, state);
    }

    /// <summary>Commits what this process has on disk.</summary>
    /// <returns>False when nothing was left to do.</returns>
    private bool CommitOwn()
    {
        if (_backlog.Next(out var from, out var to, out var isSealed) is not { } segment)
        {
            return false;
        }
        _batch.Clear();
        var (position, state) = (from, FrameState.Whole);
        if (from < to)
        {
            try
            {
                (position, state) = SegmentReader.Read(segment.Path, from, to, RecordsAtOnce, _batch);
            }
            catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
            {
                var lost = segment.Records - segment.RecordsRead;
                _metrics.AddLost(lost);
                Log.Gone(_logger, segment.Path, lost);
                _backlog.Remove(segment);
                return true;
            }
            Append(from, ref position, ref state);
            _backlog.Taken(segment, position, _batch.Count);
            Progressed();
        }
        if (state != FrameState.Whole || (isSealed && position == to))
        {
            if (state != FrameState.Whole)
            {
                _metrics.AddLost(segment.Records - segment.RecordsRead);
            }
            Finish(segment.Path, position, to, state);
            _backlog.Remove(segment);
        }
        return true;
    }

    /// <summary>Commits the batch; up to the damage where one of its records is none.</summary>
    private void Append(long from, ref long position, ref FrameState state)
    {
        var began = _clock.GetTimestamp();
        var count = _batch.Count;
        while (count > 0)
        {
            try
            {
                _store.Append(_batch);
                _metrics.Committed(_clock.GetElapsedTime(began));
                return;
            }
            catch (LedgerRecordException fault)
            {
                count = fault.Number;
                position = from + _batch.CutTo(count);
                state = FrameState.Damaged;
            }
        }
    }

    private void Finish(string path, long position, long length, FrameState state)
    {
        switch (state)
        {
            case FrameState.Whole:
                File.Delete(path);
                break;
            case FrameState.Cut:
                // What a kill in mid-write leaves: nobody was told that it is kept.
                _metrics.Damaged(length - position);
                Log.Torn(_logger, path, length - position);
                File.Delete(path);
                break;
            default:
                _metrics.Damaged(length - position);
                Log.Damaged(_logger, path, position, length - position, QueueFolder.PutAside(path));
                break;
        }
    }

    private void Succeeded()
    {
        if (_isFailing)
        {
            _isFailing = false;
            Log.Recovered(_logger);
        }
        _restAfterFailure = ShortestRestAfterFailure;
    }

    private void Failed(Exception fault)
    {
        _metrics.CommitFailed();
        if (!_isFailing)
        {
            (_isFailing, _restAfterFailure) = (true, ShortestRestAfterFailure);
            Log.Failed(_logger, fault.Message);
        }
        _restAfterFailure = _restAfterFailure * 2 < LongestRestAfterFailure ? _restAfterFailure * 2 : LongestRestAfterFailure;
    }

    private static partial class Log
    {
        [LoggerMessage(4321, LogLevel.Error, "The ledger's store takes nothing: {Reason} Records wait in the queue on disk.")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(4322, LogLevel.Information, "The ledger's store works again.")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(4323, LogLevel.Warning, "The ledger's queue file {Path} ends in the middle of a record: {Bytes} bytes were left out.")]
        public static partial void Torn(ILogger logger, string path, long bytes);

        [LoggerMessage(4324, LogLevel.Error, "The ledger's queue file {Path} is damaged at byte {Position}: what stands before it is in the ledger, {Bytes} bytes are not. The file is kept as {Aside}.")]
        public static partial void Damaged(ILogger logger, string path, long position, long bytes, string aside);

        [LoggerMessage(4325, LogLevel.Error, "The ledger's queue file {Path} is gone, and {Records} records with it.")]
        public static partial void Gone(ILogger logger, string path, long records);

        [LoggerMessage(4326, LogLevel.Warning, "{Requests} requests of process {Process} left no record: the ledger holds an estimate for each.")]
        public static partial void Estimated(ILogger logger, int requests, string process);

        [LoggerMessage(4327, LogLevel.Information, "{Requests} requests were removed from the ledger: older than host.ledger.keep.")]
        public static partial void Swept(ILogger logger, long requests);
    }
}
