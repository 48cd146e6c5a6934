using AiGateway.Configuration;

namespace AiGateway.Accounting.Ledger;

/// <summary>The thread that brings the queue's frames to disk, and what it takes while it cannot.</summary>
/// <remarks>Requests fill one buffer under a lock that is held for a copy of some hundred bytes; the thread writes another; they change places.</remarks>
internal sealed partial class QueueWriter : IAsyncDisposable
{
    // Of records that wait for the file; it only fills while the disk takes nothing.
    private const int MemoryCapacity = 64 * 1024 * 1024;

    private const double OpensAgainAt = 0.9;
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestAfterFailureAtStop = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private readonly LedgerModel _settings;
    private readonly TimeProvider _clock;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly QueueFolder _folder;
    private readonly SegmentWriter _segments;
    private readonly Backlog _backlog;
    private readonly Thread _thread;

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly AutoResetEvent _hurry = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private QueueBuffer _filling = new();
    private QueueBuffer _writing = new();
    private long _accepted;
    private long _unwritten;
    private long _lostReportedAt;
    private volatile bool _isFailing;
    private volatile bool _isFull;
    private volatile bool _isStopping;
    private volatile bool _isEnding;

    public QueueWriter(QueueFolder folder, Backlog backlog, LedgerModel settings, TimeProvider clock, LedgerMetrics metrics, ILogger logger)
    {
        (_folder, _backlog, _settings, _clock, _metrics, _logger) = (folder, backlog, settings, clock, metrics, logger);
        _lostReportedAt = clock.GetTimestamp() - (long)(ReportInterval.TotalSeconds * clock.TimestampFrequency);
        _segments = new SegmentWriter(folder, backlog, clock);
        _thread = new Thread(Write) { IsBackground = true, Name = "ledger queue" };
    }

    /// <summary>Called after each write.</summary>
    public required Action Written { get; init; }

    /// <summary>Whether the last write failed.</summary>
    public bool IsFailing => _isFailing;

    /// <summary>Whether as much waits as may.</summary>
    public bool IsFull => _isFull;

    /// <summary>How many frames were taken since the start.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>How many of them are not on disk yet.</summary>
    public long Unwritten => Interlocked.Read(ref _unwritten);

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Writes at once from now on, for a stop.</summary>
    public void Stop()
    {
        _isStopping = true;
        _wake.Set();
        _hurry.Set();
    }

    /// <summary>Takes a frame.</summary>
    /// <param name="frame">The frame; copied.</param>
    /// <param name="intent">Whoever waits for it to be on disk; written at once then. Null for nobody.</param>
    /// <returns>False when there is no room for it.</returns>
    public bool TryPut(PayloadWriter frame, PendingIntent? intent)
    {
        bool isFirst;
        lock (_lock)
        {
            if (_filling.Bytes.Length > MemoryCapacity)
            {
                return false;
            }
            isFirst = _filling.Records == 0;
            _filling.Bytes.Raw(frame.Written);
            _filling.Records++;
            if (intent is not null)
            {
                _filling.Intents.Add(intent);
            }
            _accepted++;
            Interlocked.Increment(ref _unwritten);
        }
        if (isFirst)
        {
            _wake.Set();
        }
        if (intent is not null)
        {
            _hurry.Set();
        }
        return true;
    }

    /// <summary>Refuses or takes requests again, by how much waits. It opens later than it closes, so that it does not flutter.</summary>
    public void UpdateFull()
    {
        var limit = _isFull ? OpensAgainAt * _settings.MaxQueue : _settings.MaxQueue;
        var isFull = _backlog.Bytes >= limit || (_isFailing && Volatile.Read(ref _filling).Bytes.Length > MemoryCapacity / 2);
        if (isFull != _isFull)
        {
            _isFull = isFull;
            if (_settings.BlocksWhenFull)
            {
                Log.Blocks(_logger, isFull ? "no new requests are taken" : "requests are taken again");
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _isEnding = true;
        Stop();
        try
        {
            await _ended.Task.WaitAsync(DisposeTimeout);
            _segments.Dispose();
            _wake.Dispose();
            _hurry.Dispose();
        }
        catch (TimeoutException)
        {
            // The file system hangs, and the thread in it.
            var lost = Unwritten;
            _metrics.AddLost(lost);
            Log.Abandoned(_logger, lost);
        }
    }

    private void Write()
    {
        var interval = _settings.Flush;
        var took = TimeSpan.Zero;
        while (true)
        {
            if (_writing.Records == 0)
            {
                if (!_isEnding)
                {
                    _wake.WaitOne();
                }
                if (!_isStopping && took < interval)
                {
                    // Others join; the time that the last write took counts, so that nothing waits longer than the interval.
                    _hurry.WaitOne(interval - took);
                }
                lock (_lock)
                {
                    (_filling, _writing) = (_writing, _filling);
                }
                if (_writing.Records == 0)
                {
                    if (_isEnding)
                    {
                        break;
                    }
                    continue;
                }
            }
            var began = _clock.GetTimestamp();
            if (!TryPersist())
            {
                if (_isEnding)
                {
                    break;
                }
                _hurry.WaitOne(_isStopping ? RestAfterFailureAtStop : RestAfterFailure);
            }
            took = _clock.GetElapsedTime(began);
        }
        // Sealed, so that the committer removes the last file too.
        _segments.Dispose();
        _ended.TrySetResult();
    }

    private bool TryPersist()
    {
        if (!_settings.BlocksWhenFull && _backlog.Bytes + _writing.Bytes.Length > _settings.MaxQueue)
        {
            _metrics.AddLost(_writing.Records - _writing.Intents.Count);
            ReportLost();
            Emptied();
            return true;
        }
        try
        {
            _segments.Append(_writing.Bytes.Written, _writing.Records);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing)
            {
                _isFailing = true;
                Log.WriteFailed(_logger, _folder.Path, fault.Message);
            }
            UpdateFull();
            Complete(isOnDisk: false);
            return false;
        }
        if (_isFailing)
        {
            _isFailing = false;
            Log.Recovered(_logger);
        }
        Emptied();
        UpdateFull();
        Written();
        return true;
    }

    private void Emptied()
    {
        Complete(isOnDisk: true);
        Interlocked.Add(ref _unwritten, -_writing.Records);
        _writing.Clear();
    }

    private void Complete(bool isOnDisk)
    {
        foreach (var intent in _writing.Intents)
        {
            intent.Complete(isOnDisk);
        }
        _writing.Intents.Clear();
    }

    private void ReportLost()
    {
        if (_clock.GetElapsedTime(_lostReportedAt) >= ReportInterval)
        {
            _lostReportedAt = _clock.GetTimestamp();
            Log.Shed(_logger, _settings.MaxQueue, _metrics.Lost);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4311, LogLevel.Error, "The ledger's queue {Folder} cannot be written: {Reason} Records are kept in memory and written again every second.")]
        public static partial void WriteFailed(ILogger logger, string folder, string reason);

        [LoggerMessage(4312, LogLevel.Information, "The ledger's queue is written again.")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(4313, LogLevel.Error, "The ledger's queue has reached its {Limit} bytes (host.ledger.max_queue) and drops records: {Total} since the start.")]
        public static partial void Shed(ILogger logger, long limit, long total);

        [LoggerMessage(4314, LogLevel.Warning, "The ledger's queue: {State}.")]
        public static partial void Blocks(ILogger logger, string state);

        [LoggerMessage(4316, LogLevel.Error, "{Count} records of the ledger were lost: the queue could not be written until the end of the process.")]
        public static partial void Abandoned(ILogger logger, long count);
    }
}
