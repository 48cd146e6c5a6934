using System.Text;
using AiGateway.Pipeline;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage;

/// <summary>Keeps the list of files and batches, and the marks of recorded batches, in one SQLite file that the first use makes.</summary>
/// <remarks>
/// One connection, one operation at a time: uploads and batches are few beside requests. A file that is locked, damaged or away
/// makes the operation fail, never the process: the next one opens it anew. What objects say (names of files, metadata) is encrypted.
/// </remarks>
internal sealed partial class SqliteObjectStore(string path, SealedContent content, ILogger<SqliteObjectStore> logger) : IObjectStore, IDisposable
{
    // Longer than a foreign lock is waited for, so that its own error comes first.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private ObjectFile? _file;

    public Task SaveAsync(OwnedObject seen, CancellationToken cancellationToken)
    {
        var sealedContent = content.Seal(seen.Content.Span, Bound(seen.Tenant, seen.DeploymentId, seen.UpstreamId));
        var terms = seen.Terms is { } made ? content.Seal(BatchTermsText.Write(made), BoundTerms(seen)) : null;
        return RunAsync(file => { file.Save(seen, sealedContent, terms); return true; }, cancellationToken);
    }

    public Task RemoveAsync(StoredObject stored, CancellationToken cancellationToken) =>
        RunAsync(file => { file.Remove(stored); return true; }, cancellationToken);

    public Task<OwnedObject?> FindAsync(StoredObject stored, CancellationToken cancellationToken) =>
        RunAsync(file => file.Find(stored) is { } row ? Open(row) : null, cancellationToken);

    public Task<ObjectPage?> ListAsync(ObjectQuery query, CancellationToken cancellationToken) =>
        RunAsync(file => file.List(query) is var (rows, hasMore) ? new ObjectPage([.. rows.Select(Open)], hasMore) : null, cancellationToken);

    public Task<IReadOnlyList<OwnedObject>> ListUnbilledAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        // The first upload makes the file, not the question whether there was one.
        File.Exists(path) ? RunAsync<IReadOnlyList<OwnedObject>>(file => [.. file.ListUnbilled(since).Select(Open)], cancellationToken) : Task.FromResult<IReadOnlyList<OwnedObject>>([]);

    public Task<bool> MarkBilledAsync(StoredObject batch, string recordId, DateTimeOffset at, bool isPriced, CancellationToken cancellationToken) =>
        RunAsync(file => file.MarkBilled(batch, recordId, at, isPriced), cancellationToken);

    public Task<bool> IsBilledAsync(StoredObject batch, CancellationToken cancellationToken) =>
        RunAsync(file => file.IsBilled(batch), cancellationToken);

    public void Dispose()
    {
        _file?.Dispose();
        _turn.Dispose();
        content.Dispose();
    }

    private async Task<T> RunAsync<T>(Func<ObjectFile, T> operation, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(Patience, cancellationToken))
        {
            throw new StoreException("The store is busy.");
        }
        try
        {
            // SQLite blocks; the thread of the request is not to.
            return await Task.Run(() => operation(_file ??= ObjectFile.Open(path)), cancellationToken);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidCastException or InvalidOperationException)
        {
            _file?.Dispose();
            _file = null;
            Log.Failed(logger, path, e.Message);
            throw new StoreException($"The store cannot be used: {e.Message}", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private OwnedObject Open(ObjectRow row) => row.Seen with
    {
        Content = content.Open(row.Seen.Content.Span, Bound(row.Seen.Tenant, row.Seen.DeploymentId, row.Seen.UpstreamId)),
        Terms = row.Terms is { } terms ? BatchTermsText.Read(content.Open(terms, BoundTerms(row.Seen))) : null,
    };

    private static byte[] BoundTerms(OwnedObject batch) => Bound(batch.Tenant, batch.DeploymentId, $"terms\n{batch.UpstreamId}");

    private static byte[] Bound(string tenant, string deployment, string id) => Encoding.UTF8.GetBytes($"{id}\n{deployment}\n{tenant}");

    private static partial class Log
    {
        [LoggerMessage(4134, LogLevel.Error, "The store of files and batches, {Path}, cannot be used: {Reason}")]
        public static partial void Failed(ILogger logger, string path, string reason);
    }
}
