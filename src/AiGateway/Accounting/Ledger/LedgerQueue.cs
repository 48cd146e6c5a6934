using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Ledger;

/// <summary>The durable queue before the ledger's store: behind the response path, bounded in memory and on disk.</summary>
/// <remarks>
/// (1) A request's thread writes its record's bytes into a buffer in memory, and waits for nothing: bytes cost the collector
/// nothing, and the record is in that thread's caches. (2) The <see cref="QueueWriter"/> writes what is there to the process's file and flushes it, at most once per <see cref="LedgerModel.Flush"/>: what a kill can cost. (3) With strict
/// durability a call first puts its intent there and waits for that flush, which then comes at once and serves all that wait.
/// (4) The <see cref="LedgerCommitter"/> moves what is on disk into the store. (5) When the file is as long as it may be, or cannot
/// be written, records are dropped and counted, or new requests refused, as the operator wants.
/// </remarks>
internal sealed partial class LedgerQueue : IRequestObserver, ICallJournal, IHostedService, IAsyncDisposable
{
    private static readonly Rejection Full = new(
        RejectionReason.LedgerUnavailable, "The gateway cannot account for further requests at the moment and takes none until it can. Please try again later.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    private readonly LedgerModel _settings;
    private readonly ICostCalculator _costs;
    private readonly LedgerMetrics _metrics;
    private readonly ILogger<LedgerQueue> _logger;
    private readonly QueueFolder _folder;
    private readonly Backlog _backlog = new();
    private readonly QueueWriter _writer;
    private readonly LedgerCommitter _committer;
    private int _disposed;

    [ThreadStatic]
    private static PayloadWriter? _frame;

    /// <summary>Opens the queue in the data folder and starts.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public LedgerQueue(string dataFolder, LedgerModel settings, ILedgerStore store, ICostCalculator costs, TimeProvider clock, LedgerMetrics metrics, ILogger<LedgerQueue> logger)
    {
        (_settings, _costs, _metrics, _logger) = (settings, costs, metrics, logger);
        // The part of a request id after its prefix: in order of time, unique, and a good file name.
        _folder = QueueFolder.Create(dataFolder, RequestId.New(clock.GetUtcNow())[4..]);
        metrics.Watch(_backlog);
        _writer = new QueueWriter(_folder, _backlog, settings, clock, metrics, logger) { Written = () => _committer!.Wake() };
        _committer = new LedgerCommitter(dataFolder, _backlog, store, settings.Keep, clock, metrics, logger) { Progressed = _writer.UpdateFull };
        _writer.Start();
        _committer.Start();
    }

    /// <inheritdoc />
    public Rejection? Refusal => (_settings.BlocksWhenFull && _writer.IsFull) || (_settings.IsStrict && _writer.IsFailing) ? Full : null;

    /// <summary>Ends when what earlier processes have left on disk is in the store; never while the store takes nothing.</summary>
    public Task CaughtUp => _committer.CaughtUp;

    /// <summary>Ends when everything that has been accepted by now is in the store, or was dropped; never while the store takes nothing.</summary>
    public async Task CommittedAsync()
    {
        var wanted = _writer.Accepted;
        // In real time, as the threads are that do it.
        while (_writer.Accepted - _writer.Unwritten - _backlog.Records < wanted)
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
        if (Frame(static (frame, record) => LedgerCodec.Write(frame, LedgerRequests.From(record)), record) is not { } frame || !_writer.TryPut(frame, null))
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
        if (_writer.IsFailing)
        {
            return false;
        }
        var number = 0;
        foreach (var before in exchange.Attempts)
        {
            number += before.WasSent && !ReferenceEquals(before, attempt) ? 1 : 0;
        }
        var pending = new PendingIntent(LedgerRequests.IntentOf(exchange, attempt, number, _folder.Process, _costs));
        if (Frame(static (frame, pending) => LedgerCodec.Write(frame, pending.Intent), pending) is not { } frame || !_writer.TryPut(frame, pending))
        {
            return false;
        }
        return await pending.Done;
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes everything accepted so far, to the store where that works, else to disk; goes on accepting.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _writer.Stop();
        try
        {
            // The writer first: the committer can only be done when everything is on disk. In real time, as both threads are.
            while (_writer.Unwritten > 0 && !_writer.IsFailing)
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
        await _writer.DisposeAsync();
        await _committer.DisposeAsync();
        _folder.Leave();
        _folder.Dispose();
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

    private static partial class Log
    {
        [LoggerMessage(4315, LogLevel.Error, "A record cannot be put into the ledger and was dropped.")]
        public static partial void Unwritable(ILogger logger, Exception exception);
    }
}
