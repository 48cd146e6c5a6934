using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Ledger;

/// <summary>The durable queue before the ledger's store: behind the response path, bounded in memory and on disk.</summary>
/// <remarks>
/// (1) A request's thread writes its record's bytes into a buffer in memory, and waits for nothing: bytes cost the collector
/// nothing, and the record is in that thread's caches. (2) One thread writes what is there to the process's file and flushes it, at most once per <see cref="LedgerModel.Flush"/>: what a kill can cost. (3) With strict
/// durability a call first puts its intent there and waits for that flush, which then comes at once and serves all that wait.
/// (4) The <see cref="LedgerCommitter"/> moves what is on disk into the store. (5) When the file is as long as it may be, or cannot
/// be written, records are dropped and counted, or new requests refused, as the operator wants.
/// </remarks>
internal sealed partial class LedgerQueue : IRequestObserver, ICallJournal, IHostedService, IAsyncDisposable
{
    // Of records that wait for the file; it only fills while the disk takes nothing.
    private const int MemoryCapacity = 64 * 1024 * 1024;

    // A buffer that grew larger than this while the disk took nothing is given back.
    private const int UsualBuffer = 4 * 1024 * 1024;

    private const double OpensAgainAt = 0.9;
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestAfterFailureAtStop = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    private static readonly Rejection Full = new(
        RejectionReason.LedgerUnavailable, "The gateway cannot account for further requests at the moment and takes none until it can. Please try again later.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    private readonly LedgerModel _settings;
    private readonly ICostCalculator _costs;
    private readonly TimeProvider _clock;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger<LedgerQueue> _logger;
    private readonly QueueFolder _folder;
    private readonly SegmentWriter _segments;
    private readonly Backlog _backlog = new();
    private readonly LedgerCommitter _committer;
    private readonly Thread _writer;

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly AutoResetEvent _hurry = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What requests fill, under the lock, and what the writer writes; they change places.
    private Filled _filling = new();
    private Filled _writing = new();
    private long _accepted;
    private long _unwritten;
    private long _lostReportedAt;
    private volatile bool _isFailing;
    private volatile bool _isFull;
    private volatile bool _isStopping;
    private volatile bool _isEnding;
    private int _disposed;

    [ThreadStatic]
    private static PayloadWriter? _frame;

    /// <summary>Opens the queue in the data folder and starts.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public LedgerQueue(string dataFolder, LedgerModel settings, ILedgerStore store, ICostCalculator costs, TimeProvider clock, LedgerMetrics metrics, ILogger<LedgerQueue> logger)
    {
        (_settings, _costs, _clock, _metrics, _logger) = (settings, costs, clock, metrics, logger);
        _lostReportedAt = clock.GetTimestamp() - (long)(ReportInterval.TotalSeconds * clock.TimestampFrequency);
        // The part of a request id after its prefix: in order of time, unique, and a good file name.
        _folder = QueueFolder.Create(dataFolder, RequestId.New(clock.GetUtcNow())[4..]);
        _segments = new SegmentWriter(_folder, _backlog, clock);
        metrics.Watch(_backlog);
        _committer = new LedgerCommitter(dataFolder, _backlog, store, settings.Keep, clock, metrics, logger) { Progressed = UpdateFull };
        _writer = new Thread(Write) { IsBackground = true, Name = "ledger queue" };
        _writer.Start();
        _committer.Start();
    }

    /// <inheritdoc />
    public Rejection? Refusal => (_settings.BlocksWhenFull && _isFull) || (_settings.IsStrict && _isFailing) ? Full : null;

    /// <summary>Ends when what earlier processes have left on disk is in the store; never while the store takes nothing.</summary>
    public Task CaughtUp => _committer.CaughtUp;

    /// <summary>Ends when everything that has been accepted by now is in the store, or was dropped; never while the store takes nothing.</summary>
    public async Task CommittedAsync()
    {
        var wanted = Interlocked.Read(ref _accepted);
        // In real time, as the threads are that do it.
        while (Interlocked.Read(ref _accepted) - Interlocked.Read(ref _unwritten) - _backlog.Records < wanted)
        {
            await Task.Delay(20);
        }
    }

    /// <inheritdoc />
    public void OnSettled(RequestRecord record)
    {
        if (!LedgerRequests.Belongs(record))
        {
            return;
        }
        if (Frame(static (frame, record) => LedgerCodec.Write(frame, LedgerRequests.From(record)), record) is not { } frame || !TryPut(frame, null))
        {
            _metrics.AddLost(1);
        }
    }

    /// <inheritdoc />
    public async ValueTask<bool> BeginAsync(Exchange exchange, AttemptRecord attempt)
    {
        if (!_settings.IsStrict)
        {
            return true;
        }
        if (_isFailing)
        {
            return false;
        }
        var number = 0;
        foreach (var before in exchange.Attempts)
        {
            number += before.WasSent && !ReferenceEquals(before, attempt) ? 1 : 0;
        }
        var pending = new PendingIntent(LedgerRequests.IntentOf(exchange, attempt, number, _folder.Process, _costs));
        if (Frame(static (frame, pending) => LedgerCodec.Write(frame, pending.Intent), pending) is not { } frame || !TryPut(frame, pending))
        {
            return false;
        }
        _hurry.Set();
        return await pending.Done;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes everything accepted so far, to the store where that works, else to disk; goes on accepting.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        _wake.Set();
        _hurry.Set();
        try
        {
            // The writer first: the committer can only be done when everything is on disk. In real time, as both threads are.
            while (Interlocked.Read(ref _unwritten) > 0 && !_isFailing)
            {
                await Task.Delay(5, cancellationToken);
            }
            await _committer.DrainAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is over. What is on disk is taken up by the next start.
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // It is registered under each of its roles, and the container disposes it once for each.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        _isStopping = _isEnding = true;
        _wake.Set();
        _hurry.Set();
        try
        {
            await _ended.Task.WaitAsync(DisposeTimeout);
            _segments.Dispose();
        }
        catch (TimeoutException)
        {
            var lost = Interlocked.Read(ref _unwritten);
            _metrics.AddLost(lost);
            Log.Abandoned(_logger, lost);
        }
        await _committer.DisposeAsync();
        _folder.Leave();
        _folder.Dispose();
        _wake.Dispose();
        _hurry.Dispose();
    }

    /// <summary>Writes a frame into the thread's own buffer; null when it cannot be written.</summary>
    private PayloadWriter? Frame<T>(Action<PayloadWriter, T> write, T item)
    {
        var frame = _frame ??= new PayloadWriter();
        frame.CutTo(0);
        frame.Skip(Frames.HeadLength);
        try
        {
            write(frame, item);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or OverflowException)
        {
            Log.Unwritable(_logger, fault);
            return null;
        }
        Frames.Close(frame.At(0, frame.Length));
        return frame;
    }

    private bool TryPut(PayloadWriter frame, PendingIntent? intent)
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
        return true;
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
        _committer.Wake();
        return true;
    }

    private void Emptied()
    {
        Complete(isOnDisk: true);
        Interlocked.Add(ref _unwritten, -_writing.Records);
        _writing.Clear(UsualBuffer);
    }

    private void Complete(bool isOnDisk)
    {
        foreach (var intent in _writing.Intents)
        {
            intent.Complete(isOnDisk);
        }
        _writing.Intents.Clear();
    }

    /// <summary>Refuses or takes requests again, by how much waits. It opens later than it closes, so that it does not flutter.</summary>
    private void UpdateFull()
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

    private void ReportLost()
    {
        if (_clock.GetElapsedTime(_lostReportedAt) >= ReportInterval)
        {
            _lostReportedAt = _clock.GetTimestamp();
            Log.Shed(_logger, _settings.MaxQueue, _metrics.Lost);
        }
    }

    /// <summary>Frames that wait for the disk.</summary>
    private sealed class Filled
    {
        public PayloadWriter Bytes { get; private set; } = new();

        public int Records { get; set; }

        /// <summary>Those among them that somebody waits for.</summary>
        public List<PendingIntent> Intents { get; } = [];

        public void Clear(int usual)
        {
            Records = 0;
            Intents.Clear();
            if (Bytes.Length > usual)
            {
                Bytes = new PayloadWriter();
            }
            Bytes.CutTo(0);
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

        [LoggerMessage(4315, LogLevel.Error, "A record cannot be put into the ledger and was dropped.")]
        public static partial void Unwritable(ILogger logger, Exception exception);

        [LoggerMessage(4316, LogLevel.Error, "{Count} records of the ledger were lost: the queue could not be written until the end of the process.")]
        public static partial void Abandoned(ILogger logger, long count);
    }
}
