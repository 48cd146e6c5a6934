using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using AiGateway.Pipeline;
using AiGateway.Telemetry;

namespace AiGateway.Accounting;

/// <summary>Writes one JSON line per request behind the response path.</summary>
/// <remarks>
/// (1) A request's thread only puts its record into a bounded queue; when that is full the record is dropped and counted,
/// never waited for. (2) One reader serialises what is there, writes it in one piece, then rests, so that a busy
/// gateway wakes it 40 times a second and not once per request, and no batch keeps a core from requests for long. (3) A failed write is logged once and repeated until it
/// succeeds. (4) A stop writes everything that was accepted before it ends; records of requests that outlast the stop are
/// written when the process's services are disposed.
/// </remarks>
internal sealed partial class RecordWriter : IRequestObserver, IDroppedRecords, IHostedService, IAsyncDisposable
{
    /// <summary>Most records waiting.</summary>
    public const int DefaultCapacity = 65_536;

    /// <summary>Most bytes waiting, by <see cref="RecordSize"/>: callers choose how long some members are.</summary>
    public const long ByteCapacity = 128 * 1024 * 1024;

    private const int BatchBytes = 256 * 1024;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelayAtStop = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DropReportInterval = TimeSpan.FromMinutes(1);

    private readonly IRecordSink _sink;
    private readonly TimeProvider _clock;
    private readonly ILogger<RecordWriter> _logger;
    private readonly Channel<RequestRecord> _queue;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly ArrayBufferWriter<byte> _batch = new(BatchBytes);
    private readonly ArrayBufferWriter<byte> _line = new(2048);
    private readonly Task _running;
    private volatile TaskCompletionSource? _drained;
    private long _waitingBytes;
    private long _dropped;
    private long _droppedReported;
    private long _droppedReportedAt;
    private int _disposed;

    /// <summary>Starts writing to <paramref name="sink"/>, which it owns.</summary>
    public RecordWriter(IRecordSink sink, TimeProvider clock, ILogger<RecordWriter> logger, int capacity = DefaultCapacity)
    {
        (_sink, _clock, _logger) = (sink, clock, logger);
        // Full mode Wait: a TryWrite then says that there is no room, where the drop modes would say that there was.
        _queue = Channel.CreateBounded<RequestRecord>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _droppedReportedAt = clock.GetTimestamp() - (long)(DropReportInterval.TotalSeconds * clock.TimestampFrequency);
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc />
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc />
    public void OnSettled(RequestRecord record)
    {
        var size = RecordSize.Of(record);
        if (Interlocked.Add(ref _waitingBytes, size) > ByteCapacity || !_queue.Writer.TryWrite(record))
        {
            Interlocked.Increment(ref _dropped);
            Written(size);
        }
    }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes everything accepted so far; goes on accepting.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _drained = drained;
        if (Interlocked.Read(ref _waitingBytes) != 0)
        {
            try
            {
                await drained.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The host's patience is over; what is left has the time of the disposal.
            }
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
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        // A sink that takes nothing any more must not keep the process from ending.
        _abandoned.CancelAfter(DisposeTimeout);
        await _running;
        _sink.Dispose();
        _stopping.Dispose();
        _abandoned.Dispose();
    }

    private async Task RunAsync()
    {
        using var json = new Utf8JsonWriter(_line, RecordJson.Options);
        while (await _queue.Reader.WaitToReadAsync())
        {
            // :: Step 2: What is there, in one piece
            var (records, size) = FillBatch(json);
            if (!await WriteAsync(records))
            {
                return;
            }
            var wasFull = _batch.WrittenCount >= BatchBytes;
            _batch.ResetWrittenCount();
            Written(size);
            ReportDropped();
            if (!wasFull && !_stopping.IsCancellationRequested)
            {
                await RestAsync(Rest, _stopping.Token);
            }
        }
    }

    private void Written(long size)
    {
        if (Interlocked.Add(ref _waitingBytes, -size) == 0)
        {
            _drained?.TrySetResult();
        }
    }

    private (int Records, long Size) FillBatch(Utf8JsonWriter json)
    {
        var (records, size) = (0, 0L);
        while (_batch.WrittenCount < BatchBytes && _queue.Reader.TryRead(out var record))
        {
            size += RecordSize.Of(record);
            // A line of its own first: what cannot be serialised must not leave half a line in the batch.
            _line.ResetWrittenCount();
            json.Reset(_line);
            try
            {
                RecordJson.Write(json, record, RecordAudience.Operator);
                json.Flush();
            }
            catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
            {
                Interlocked.Increment(ref _dropped);
                Log.Unwritable(_logger, record.Id, fault);
                continue;
            }
            _batch.Write(_line.WrittenSpan);
            _batch.Write("\n"u8);
            records++;
        }
        return (records, size);
    }

    private async ValueTask<bool> WriteAsync(int records)
    {
        var failed = false;
        while (true)
        {
            try
            {
                await _sink.WriteAsync(_batch.WrittenMemory, _abandoned.Token);
                if (failed)
                {
                    Log.Recovered(_logger);
                }
                return true;
            }
            catch (Exception fault) when (!_abandoned.IsCancellationRequested)
            {
                // :: Step 3: Whatever a sink fails with, the records stay until they are written or the process ends
                if (!failed)
                {
                    failed = true;
                    Log.WriteFailed(_logger, fault);
                }
                ReportDropped();
                await RestAsync(_stopping.IsCancellationRequested ? RetryDelayAtStop : RetryDelay, _stopping.IsCancellationRequested ? _abandoned.Token : _stopping.Token);
            }
            catch (Exception)
            {
                var lost = records + _queue.Reader.Count;
                Interlocked.Add(ref _dropped, lost);
                Log.Abandoned(_logger, lost);
                _drained?.TrySetResult();
                return false;
            }
        }
    }

    private void ReportDropped()
    {
        var dropped = Dropped;
        if (dropped != _droppedReported && _clock.GetElapsedTime(_droppedReportedAt) >= DropReportInterval)
        {
            Log.RecordsDropped(_logger, dropped - _droppedReported, dropped);
            (_droppedReported, _droppedReportedAt) = (dropped, _clock.GetTimestamp());
        }
    }

    private async ValueTask RestAsync(TimeSpan duration, CancellationToken until)
    {
        try
        {
            await Task.Delay(duration, _clock, until);
        }
        catch (OperationCanceledException)
        {
            // A stop ends every rest.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4301, LogLevel.Warning, "{Count} request records could not be kept and were dropped ({Total} since the start): the record sink is slower than the requests come.")]
        public static partial void RecordsDropped(ILogger logger, long count, long total);

        [LoggerMessage(4302, LogLevel.Error, "Request records cannot be written; they are kept and written again every second.")]
        public static partial void WriteFailed(ILogger logger, Exception exception);

        [LoggerMessage(4303, LogLevel.Information, "Request records are written again.")]
        public static partial void Recovered(ILogger logger);

        [LoggerMessage(4304, LogLevel.Error, "{Count} request records were lost: the record sink took none until the end of the process.")]
        public static partial void Abandoned(ILogger logger, int count);

        [LoggerMessage(4305, LogLevel.Error, "The record of request {RequestId} cannot be written as JSON and was dropped.")]
        public static partial void Unwritable(ILogger logger, string requestId, Exception exception);
    }
}
