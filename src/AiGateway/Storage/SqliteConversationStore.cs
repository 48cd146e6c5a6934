using System.Collections.Concurrent;
using System.Threading.Channels;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Telemetry;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage;

/// <summary>Keeps responses in one SQLite file: one writer behind a bounded queue, a few readers beside it.</summary>
/// <remarks>
/// <para>A change is done when it is committed; changes that wait together are committed together.</para>
/// <para>A file that is locked, damaged or away makes the operation fail, never the process: connections are closed and opened
/// anew by the next operation, so that a mended file is used at once.</para>
/// </remarks>
internal sealed partial class SqliteConversationStore : IConversationStore, IAsyncDisposable
{
    private const int LongestQueue = 128;
    private const int LargestBatch = 32;
    private const int Readers = 4;

    // Longer than a foreign lock is waited for, so that its own error comes first.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestBetweenSweeps = TimeSpan.FromHours(1);

    private readonly string _path;
    private readonly StoreResponsesModel _limits;
    private readonly SealedContent _content;
    private readonly TimeProvider _clock;
    private readonly StoreMetrics _metrics;
    private readonly ILogger<SqliteConversationStore> _logger;
    private readonly Channel<StoreWrite> _writes = Channel.CreateBounded<StoreWrite>(new BoundedChannelOptions(LongestQueue) { SingleReader = true });
    private readonly ConcurrentBag<ResponseFile> _idleReaders = [];
    private readonly SemaphoreSlim _readers = new(Readers, Readers);
    private readonly ITimer _sweeps;
    private readonly Task _writer;

    // Below zero until the file was counted.
    private long _bytes = -1;

    public SqliteConversationStore(string path, StoreResponsesModel limits, SealedContent content, TimeProvider clock, StoreMetrics metrics, ILogger<SqliteConversationStore> logger)
    {
        _path = path;
        _limits = limits;
        _content = content;
        _clock = clock;
        _metrics = metrics;
        metrics.Bytes = () => Volatile.Read(ref _bytes) is >= 0 and var bytes ? bytes : null;
        _logger = logger;
        _writer = Task.Run(RunWriterAsync);
        var between = limits.For / 10 < LongestBetweenSweeps ? limits.For / 10 : LongestBetweenSweeps;
        // A queue that is full has work to do; the next sweep comes.
        _sweeps = clock.CreateTimer(static writer => ((ChannelWriter<StoreWrite>)writer!).TryWrite(StoreWrite.Sweep()), _writes.Writer, TimeSpan.Zero, between);
    }

    public bool IsOn => true;

    public async Task SaveAsync(KeptResponse response, CancellationToken cancellationToken) =>
        await WriteAsync(StoreWrite.Save(response.Tenant, response.Id, response.PreviousId, _content.Seal(response)), cancellationToken);

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken) =>
        WriteAsync(StoreWrite.Delete(tenant, id), cancellationToken);

    public async Task<KeptResponse?> FindAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        if (!await _readers.WaitAsync(Patience, cancellationToken))
        {
            _metrics.ReadFailed();
            throw new ConversationStoreException("All readers of the store are busy.");
        }
        try
        {
            // SQLite reads block; the thread of the request is not to.
            var row = await Task.Run(() => Read(tenant, id), cancellationToken);
            return row is { } found ? _content.Open(tenant, id, found.PreviousId, found.Content) : null;
        }
        catch (ConversationStoreException)
        {
            _metrics.ReadFailed();
            throw;
        }
        finally
        {
            _readers.Release();
        }
    }

    /// <summary>Removes what is too old, now.</summary>
    public Task SweepAsync() => WriteAsync(StoreWrite.Sweep(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _sweeps.DisposeAsync();
        _writes.Writer.TryComplete();
        await _writer;
        while (_idleReaders.TryTake(out var reader))
        {
            reader.Dispose();
        }
        _readers.Dispose();
        _content.Dispose();
    }

    private async Task<bool> WriteAsync(StoreWrite write, CancellationToken cancellationToken)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            await _writes.Writer.WriteAsync(write, either.Token);
            return await write.Done.WaitAsync(either.Token);
        }
        catch (ConversationStoreException)
        {
            _metrics.WriteFailed();
            throw;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            _metrics.WriteFailed();
            throw new ConversationStoreException("The store did not write in time.", e);
        }
        catch (ChannelClosedException e)
        {
            throw new ConversationStoreException("The gateway is shutting down.", e);
        }
    }

    private (string? PreviousId, byte[] Content)? Read(string tenant, string id)
    {
        ResponseFile? file = null;
        try
        {
            file = _idleReaders.TryTake(out var idle) ? idle : ResponseFile.Open(_path);
            var row = file.Find(tenant, id, _clock.GetUtcNow() - _limits.For);
            _idleReaders.Add(file);
            return row;
        }
        catch (Exception e) when (IsStoreFault(e))
        {
            file?.Dispose();
            throw new ConversationStoreException($"The store could not be read: {e.Message}", e);
        }
    }

    private async Task RunWriterAsync()
    {
        ResponseFile? file = null;
        var batch = new List<StoreWrite>(LargestBatch);
        while (await _writes.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < LargestBatch && _writes.Reader.TryRead(out var write))
            {
                batch.Add(write);
            }
            try
            {
                file ??= OpenForWriting();
                Write(file, batch);
            }
            catch (Exception e) when (IsStoreFault(e))
            {
                file?.Dispose();
                file = null;
                Log.Failed(_logger, _path, e.Message);
                var fault = new ConversationStoreException($"The store could not be written: {e.Message}", e);
                batch.ForEach(write => write.Fail(fault));
                if (batch.Exists(static write => write.IsSweep))
                {
                    _metrics.SweepFailed();
                }
            }
        }
        file?.Dispose();
    }

    private ResponseFile OpenForWriting()
    {
        var file = ResponseFile.Open(_path);
        try
        {
            file.Count();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Write(ResponseFile file, List<StoreWrite> batch)
    {
        var now = _clock.GetUtcNow();
        _metrics.PushedOut(file.Apply(batch, now, _limits.Most));
        Volatile.Write(ref _bytes, file.Total);
        if (batch.Exists(static write => write.IsSweep))
        {
            _metrics.Expired(file.Sweep(now - _limits.For));
            Volatile.Write(ref _bytes, file.Total);
        }
        _metrics.Kept(batch.Count(static write => write is { Changed: true, Content: not null }));
        _metrics.Deleted(batch.Count(static write => write is { Changed: true, Content: null }));
        batch.ForEach(static write => write.Commit());
    }

    /// <summary>What an unusable file throws; the last two come from values of a type that no version of ours has written.</summary>
    private static bool IsStoreFault(Exception e) => e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidCastException or InvalidOperationException;

    private static partial class Log
    {
        [LoggerMessage(4121, LogLevel.Error, "The store of responses, {Path}, could not be written: {Reason} Requests that need it are refused until it can; others go on.")]
        public static partial void Failed(ILogger logger, string path, string reason);
    }
}
