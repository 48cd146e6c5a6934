using System.Data;
using AiGateway.Configuration.Runtime;
using AiGateway.Pipeline;
using AiGateway.Storage.Postgres;
using Npgsql;

namespace AiGateway.Storage.Runtime;

/// <summary>What was made at run time, in the PostgreSQL database of the ledger. A change is told to the other nodes by NOTIFY; they ask as well, because a notification is lost with its connection.</summary>
internal sealed class PostgresRuntimeStore(PostgresDatabase database, TimeProvider clock) : IRuntimeStore
{
    private const string Name = "aigateway_runtime";

    // As in the SQLite file: times are Unix milliseconds, UTC.
    private static readonly PostgresSchema Schema = new(Name,
    [
        """
        CREATE TABLE revision (value bigint NOT NULL);
        INSERT INTO revision (value) VALUES (0);
        CREATE TABLE entries (
          kind text NOT NULL, id text NOT NULL, revision bigint NOT NULL, body text NOT NULL, secrets text NOT NULL,
          created bigint NOT NULL, created_by text NOT NULL, updated bigint NOT NULL, removed bigint, PRIMARY KEY (kind, id));
        CREATE INDEX entries_changed ON entries (revision);
        CREATE TABLE audit (
          number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, actor text NOT NULL, action text NOT NULL,
          kind text NOT NULL, id text NOT NULL, revision bigint NOT NULL, old text, new text);
        CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
        CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
        CREATE TABLE made (actor text NOT NULL, key text NOT NULL, request text NOT NULL, id text NOT NULL, at bigint NOT NULL, PRIMARY KEY (actor, key));
        """,
    ]);

    private volatile bool _isMigrated;
    private NpgsqlConnection? _listener;

    /// <inheritdoc/>
    public Task<long> RevisionAsync(CancellationToken cancellationToken) => RunAsync(connection => RevisionAsync(connection, "", cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        try
        {
            if (_listener is null)
            {
                _listener = await database.OpenAsync(cancellationToken);
                await using var listen = PostgresDatabase.Command(_listener, $"LISTEN {Name}");
                await listen.ExecuteNonQueryAsync(cancellationToken);
            }
            await _listener.WaitAsync(most, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await StopListeningAsync();
            throw;
        }
        catch (Exception e) when (PostgresDatabase.IsFault(e))
        {
            // The asking goes on without it, and says what is wrong.
            await StopListeningAsync();
            await Task.Delay(most, clock, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task<(long Revision, IReadOnlyList<RuntimeEntry> Changed)> ReadAsync(long after, CancellationToken cancellationToken) => RunAsync<(long, IReadOnlyList<RuntimeEntry>)>(
        async connection =>
        {
            // One view of the tables: the revision is that of the rows.
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var revision = await RevisionAsync(connection, "", cancellationToken);
            await using var command = PostgresDatabase.Command(connection, $"SELECT {StoredRow.EntryColumns} FROM {Name}.entries WHERE revision > $1 ORDER BY revision", after);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            var changed = new List<RuntimeEntry>();
            while (await rows.ReadAsync(cancellationToken))
            {
                changed.Add(StoredRow.Entry(rows));
            }
            return (revision, changed);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<long?> TryWriteAsync(RuntimeChange change, CancellationToken cancellationToken) => RunAsync(connection => TryWriteAsync(connection, change, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<MadeEntry?> FindMadeAsync(string actor, string key, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var command = PostgresDatabase.Command(connection, $"SELECT request, id FROM {Name}.made WHERE actor = $1 AND key = $2", actor, key);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            return await row.ReadAsync(cancellationToken) ? new MadeEntry(key, row.GetString(0), row.GetString(1)) : null;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AuditRow>> AuditAsync(AuditQuery query, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<AuditRow>>(
        async connection =>
        {
            await using var command = PostgresDatabase.Command(
                connection,
                $"""
                SELECT {StoredRow.AuditColumns} FROM {Name}.audit
                WHERE number < $1 AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR id = $3) AND ($4::text IS NULL OR actor = $4)
                ORDER BY number DESC LIMIT $5
                """,
                query.Before, query.Kind?.Word, query.Id, query.Actor, query.Limit);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            var found = new List<AuditRow>();
            while (await rows.ReadAsync(cancellationToken))
            {
                found.Add(StoredRow.Audit(rows));
            }
            return found;
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Whoever waits ends by its cancellation, and lets go of the one connection that is kept.
    }

    private static async Task<long> RevisionAsync(NpgsqlConnection connection, string locking, CancellationToken cancellationToken)
    {
        await using var command = PostgresDatabase.Command(connection, $"SELECT value FROM {Name}.revision{locking}");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<long?> TryWriteAsync(NpgsqlConnection connection, RuntimeChange change, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The row's lock puts all writers in one order.
        if (await RevisionAsync(connection, " FOR UPDATE", cancellationToken) != change.BasedOn)
        {
            return null;
        }
        var revision = change.BasedOn + 1;
        var (entry, audit) = (change.Entry, change.Audit);
        var at = audit.At.ToUnixTimeMilliseconds();
        await ExecuteAsync($"UPDATE {Name}.revision SET value = $1", revision);
        await ExecuteAsync(
            $"""
            INSERT INTO {Name}.entries ({StoredRow.EntryColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (kind, id) DO UPDATE SET revision = excluded.revision, body = excluded.body, secrets = excluded.secrets,
              created = excluded.created, created_by = excluded.created_by, updated = excluded.updated, removed = excluded.removed
            """,
            entry.Kind.Word, entry.Id, revision, entry.Body, SecretsJson.Write(entry.Secrets), entry.Created.ToUnixTimeMilliseconds(), entry.CreatedBy,
            entry.Updated.ToUnixTimeMilliseconds(), entry.Removed?.ToUnixTimeMilliseconds());
        await ExecuteAsync(
            $"INSERT INTO {Name}.audit (at, actor, action, kind, id, revision, old, new) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            at, audit.Actor, audit.Action, entry.Kind.Word, entry.Id, revision, audit.Old, audit.New);
        if (change.Made is { } made)
        {
            await ExecuteAsync($"DELETE FROM {Name}.made WHERE at < $1", at - StoredRow.MadeForMilliseconds);
            await ExecuteAsync($"INSERT INTO {Name}.made (actor, key, request, id, at) VALUES ($1, $2, $3, $4, $5)", audit.Actor, made.Key, made.Request, made.Id, at);
        }
        await ExecuteAsync($"NOTIFY {Name}");
        await transaction.CommitAsync(cancellationToken);
        return revision;

        async Task ExecuteAsync(string text, params object?[] values)
        {
            await using var command = PostgresDatabase.Command(connection, text, values);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task StopListeningAsync()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            await listener.DisposeAsync();
        }
    }

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            if (!_isMigrated)
            {
                database.Migrate(connection, Schema, clock);
                _isMigrated = true;
            }
            return await work(connection);
        }
        catch (Exception e) when (PostgresDatabase.IsFault(e) && !cancellationToken.IsCancellationRequested)
        {
            database.Forget();
            throw new StoreException(database.Describe(e), e);
        }
    }
}
