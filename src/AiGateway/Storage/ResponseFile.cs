using System.Globalization;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage;

/// <summary>One connection to the SQLite file, with its prepared statements. Not thread-safe; blocking, as SQLite is.</summary>
/// <remarks>
/// Write-ahead log, so that readers never wait for the writer; <c>synchronous=normal</c>: a crash of the machine may lose the
/// last moments, never the file. Deleted content is overwritten (<c>secure_delete</c>). Statements are fixed and take
/// parameters only.
/// </remarks>
internal sealed class ResponseFile : IDisposable
{
    private const int SweepStep = 200;
    private const int PagesGivenBack = 2_000;

    private static readonly string[] Steps =
    [
        """
        CREATE TABLE IF NOT EXISTS responses (
          number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, previous TEXT,
          made INTEGER NOT NULL, size INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (tenant, id));
        CREATE INDEX IF NOT EXISTS responses_made ON responses (made);
        """,
    ];

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _expire;
    private readonly SqliteCommand _oldest;

    private ResponseFile(SqliteConnection connection)
    {
        _connection = connection;
        _insert = Prepare("INSERT INTO responses (tenant, id, previous, made, size, content) VALUES ($tenant, $id, $previous, $made, $size, $content) ON CONFLICT DO NOTHING",
            ("$tenant", SqliteType.Text), ("$id", SqliteType.Text), ("$previous", SqliteType.Text), ("$made", SqliteType.Integer), ("$size", SqliteType.Integer), ("$content", SqliteType.Blob));
        _delete = Prepare("DELETE FROM responses WHERE tenant = $tenant AND id = $id RETURNING size", ("$tenant", SqliteType.Text), ("$id", SqliteType.Text));
        _find = Prepare("SELECT previous, content FROM responses WHERE tenant = $tenant AND id = $id AND made > $limit",
            ("$tenant", SqliteType.Text), ("$id", SqliteType.Text), ("$limit", SqliteType.Integer));
        _expire = Prepare("DELETE FROM responses WHERE number IN (SELECT number FROM responses WHERE made <= $limit LIMIT $step) RETURNING size", ("$limit", SqliteType.Integer), ("$step", SqliteType.Integer));
        _oldest = Prepare("DELETE FROM responses WHERE number IN (SELECT number FROM responses ORDER BY number LIMIT $step) RETURNING size", ("$step", SqliteType.Integer));
    }

    /// <summary>Bytes of all rows together, once they were counted.</summary>
    public long Total { get; private set; }

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="SqliteException">It is locked, damaged, or out of reach.</exception>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public static ResponseFile Open(string path)
    {
        var connection = SqliteFile.Open(path, "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;", Steps, "PRAGMA auto_vacuum = INCREMENTAL;");
        try
        {
            return new ResponseFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Counts what is there; for the writer, before its first change.</summary>
    public void Count() => Total = Convert.ToInt64(SqliteFile.Scalar(_connection, "SELECT COALESCE(SUM(size), 0) FROM responses"), CultureInfo.InvariantCulture);

    /// <summary>Finds a row that was made after <paramref name="limit"/>.</summary>
    public (string? PreviousId, byte[] Content)? Find(string tenant, string id, DateTimeOffset limit)
    {
        _find.Parameters[0].Value = tenant;
        _find.Parameters[1].Value = id;
        _find.Parameters[2].Value = limit.ToUnixTimeMilliseconds();
        using var row = _find.ExecuteReader();
        return row.Read() ? (row.IsDBNull(0) ? null : row.GetString(0), row.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>Applies changes in one transaction: all are on disk when it returns, or none.</summary>
    /// <param name="writes">The changes.</param>
    /// <param name="now">When new rows are made.</param>
    /// <param name="most">Bytes of all rows together; beyond them the oldest go.</param>
    /// <returns>How many went to make room.</returns>
    public int Apply(IReadOnlyList<StoreWrite> writes, DateTimeOffset now, long most)
    {
        var before = Total;
        using var transaction = _connection.BeginTransaction(deferred: false);
        try
        {
            foreach (var write in writes)
            {
                write.Changed = write switch
                {
                    { Content: { } content } => Insert(transaction, write, content, now),
                    { Tenant: { } tenant } => Remove(_delete, transaction, tenant, write.Id) > 0,
                    _ => false,
                };
            }
            var pushedOut = 0;
            // Eight at a time: a new row pushes out about as much as it brings.
            while (Total > most && Remove(_oldest, transaction, 8) is > 0 and var removed)
            {
                pushedOut += removed;
            }
            transaction.Commit();
            return pushedOut;
        }
        catch
        {
            Total = before;
            throw;
        }
    }

    /// <summary>Removes what was made at <paramref name="limit"/> or before, a step at a time, and gives free pages back.</summary>
    /// <returns>How many went.</returns>
    public int Sweep(DateTimeOffset limit)
    {
        var all = 0;
        int removed;
        do
        {
            using var transaction = _connection.BeginTransaction(deferred: false);
            removed = Remove(_expire, transaction, limit.ToUnixTimeMilliseconds(), SweepStep);
            transaction.Commit();
            all += removed;
        }
        while (removed == SweepStep);
        SqliteFile.Execute(_connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({PagesGivenBack}); PRAGMA wal_checkpoint(TRUNCATE);"));
        // Another process may have written too.
        Count();
        return all;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _delete.Dispose();
        _find.Dispose();
        _expire.Dispose();
        _oldest.Dispose();
        _connection.Dispose();
    }

    private bool Insert(SqliteTransaction transaction, StoreWrite write, byte[] content, DateTimeOffset now)
    {
        _insert.Transaction = transaction;
        _insert.Parameters[0].Value = write.Tenant;
        _insert.Parameters[1].Value = write.Id;
        _insert.Parameters[2].Value = (object?)write.PreviousId ?? DBNull.Value;
        _insert.Parameters[3].Value = now.ToUnixTimeMilliseconds();
        _insert.Parameters[4].Value = content.Length;
        _insert.Parameters[5].Value = content;
        var inserted = _insert.ExecuteNonQuery() > 0;
        Total += inserted ? content.Length : 0;
        return inserted;
    }

    private int Remove(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> parameters)
    {
        command.Transaction = transaction;
        for (var i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i];
        }
        var rows = 0;
        using var removed = command.ExecuteReader();
        while (removed.Read())
        {
            Total -= removed.GetInt64(0);
            rows++;
        }
        return rows;
    }

    private SqliteCommand Prepare(string text, params ReadOnlySpan<(string Name, SqliteType Type)> parameters)
    {
        var command = SqliteFile.Command(_connection, text);
        foreach (var (name, type) in parameters)
        {
            command.Parameters.Add(name, type);
        }
        command.Prepare();
        return command;
    }
}
