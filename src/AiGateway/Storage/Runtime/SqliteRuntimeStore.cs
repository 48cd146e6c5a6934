using System.Globalization;
using AiGateway.Configuration.Runtime;
using AiGateway.Pipeline;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage.Runtime;

/// <summary>What was made at run time, in a SQLite file that processes on one machine share. Opened when it is first needed, and again after a failure.</summary>
/// <param name="path">The file.</param>
/// <param name="clock">The time.</param>
internal sealed class SqliteRuntimeStore(string path, TimeProvider clock) : IRuntimeStore
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private SqliteConnection? _connection;

    /// <inheritdoc/>
    public Task<long> RevisionAsync(CancellationToken cancellationToken) => RunAsync(Revision, cancellationToken);

    /// <inheritdoc/>
    public Task WaitAsync(TimeSpan most, CancellationToken cancellationToken) => Task.Delay(most, clock, cancellationToken);

    /// <inheritdoc/>
    public Task<(long Revision, IReadOnlyList<RuntimeEntry> Changed)> ReadAsync(long after, CancellationToken cancellationToken) => RunAsync<(long, IReadOnlyList<RuntimeEntry>)>(
        connection =>
        {
            // One transaction: the revision is that of the rows.
            using var transaction = connection.BeginTransaction(deferred: true);
            var revision = Revision(connection);
            using var command = SqliteFile.Command(connection, $"SELECT {StoredRow.EntryColumns} FROM entries WHERE revision > $after ORDER BY revision", ("$after", after));
            using var rows = command.ExecuteReader();
            var changed = new List<RuntimeEntry>();
            while (rows.Read())
            {
                changed.Add(StoredRow.Entry(rows));
            }
            return (revision, changed);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<long?> TryWriteAsync(RuntimeChange change, CancellationToken cancellationToken) => RunAsync(connection => TryWrite(connection, change), cancellationToken);

    /// <inheritdoc/>
    public Task<MadeEntry?> FindMadeAsync(string actor, string key, CancellationToken cancellationToken) => RunAsync(
        connection =>
        {
            using var command = SqliteFile.Command(connection, "SELECT request, id FROM made WHERE actor = $actor AND key = $key", ("$actor", actor), ("$key", key));
            using var row = command.ExecuteReader();
            return row.Read() ? new MadeEntry(key, row.GetString(0), row.GetString(1)) : null;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRow>> AuditAsync(AuditQuery query, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<AuditRow>>(
        connection =>
        {
            using var command = SqliteFile.Command(
                connection,
                $"""
                SELECT {StoredRow.AuditColumns} FROM audit
                WHERE number < $before AND ($kind IS NULL OR kind = $kind) AND ($id IS NULL OR id = $id) AND ($actor IS NULL OR actor = $actor)
                ORDER BY number DESC LIMIT $limit
                """,
                ("$before", query.Before), ("$kind", query.Kind?.Word), ("$id", query.Id), ("$actor", query.Actor), ("$limit", query.Limit));
            using var rows = command.ExecuteReader();
            var found = new List<AuditRow>();
            while (rows.Read())
            {
                found.Add(StoredRow.Audit(rows));
            }
            return found;
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection?.Dispose();
        _gate.Dispose();
    }

    private static long Revision(SqliteConnection connection) =>
        Convert.ToInt64(SqliteFile.Scalar(connection, "SELECT value FROM settings WHERE name = 'revision'"), CultureInfo.InvariantCulture);

    private static long? TryWrite(SqliteConnection connection, RuntimeChange change)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (Revision(connection) != change.BasedOn)
        {
            return null;
        }
        var revision = change.BasedOn + 1;
        var (entry, audit) = (change.Entry, change.Audit);
        var at = audit.At.ToUnixTimeMilliseconds();
        SqliteFile.Execute(connection, "UPDATE settings SET value = $revision WHERE name = 'revision'", ("$revision", revision));
        SqliteFile.Execute(
            connection,
            """
            INSERT INTO entries (kind, id, revision, body, secrets, created, created_by, updated, removed)
            VALUES ($kind, $id, $revision, $body, $secrets, $created, $created_by, $updated, $removed)
            ON CONFLICT (kind, id) DO UPDATE SET revision = excluded.revision, body = excluded.body, secrets = excluded.secrets,
              created = excluded.created, created_by = excluded.created_by, updated = excluded.updated, removed = excluded.removed
            """,
            ("$kind", entry.Kind.Word), ("$id", entry.Id), ("$revision", revision), ("$body", entry.Body), ("$secrets", SecretsJson.Write(entry.Secrets)),
            ("$created", entry.Created.ToUnixTimeMilliseconds()), ("$created_by", entry.CreatedBy), ("$updated", entry.Updated.ToUnixTimeMilliseconds()), ("$removed", entry.Removed?.ToUnixTimeMilliseconds()));
        SqliteFile.Execute(
            connection,
            "INSERT INTO audit (at, actor, action, kind, id, revision, old, new) VALUES ($at, $actor, $action, $kind, $id, $revision, $old, $new)",
            ("$at", at), ("$actor", audit.Actor), ("$action", audit.Action), ("$kind", entry.Kind.Word), ("$id", entry.Id), ("$revision", revision), ("$old", audit.Old), ("$new", audit.New));
        if (change.Made is { } made)
        {
            SqliteFile.Execute(connection, "DELETE FROM made WHERE at < $limit", ("$limit", at - StoredRow.MadeForMilliseconds));
            SqliteFile.Execute(
                connection, "INSERT INTO made (actor, key, request, id, at) VALUES ($actor, $key, $request, $id, $at)",
                ("$actor", audit.Actor), ("$key", made.Key), ("$request", made.Request), ("$id", made.Id), ("$at", at));
        }
        transaction.Commit();
        return revision;
    }

    private async Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // SQLite blocks; a request's thread is not to wait for another process's lock.
            return await Task.Run(() => work(_connection ??= SqliteFile.Open(path, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;", RuntimeFileSchema.Steps)), CancellationToken.None);
        }
        catch (Exception e) when (e is SqliteException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _connection?.Dispose();
            _connection = null;
            throw new StoreException($"{path}: {e.Message}", e);
        }
        finally
        {
            _gate.Release();
        }
    }
}
