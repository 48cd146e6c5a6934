using System.Globalization;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage;

/// <summary>The connection to the SQLite file of files and batches. Not thread-safe; blocking, as SQLite is.</summary>
/// <remarks>
/// Two tables: what each tenant has, and which batches' costs are recorded. A mark outlives its batch, and is on disk when it
/// is taken (<c>synchronous=full</c>): finance counts on it.
/// </remarks>
internal sealed class ObjectFile : IDisposable
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE IF NOT EXISTS objects (
          number INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, kind INTEGER NOT NULL, deployment TEXT NOT NULL, id TEXT NOT NULL,
          purpose TEXT NOT NULL, caller TEXT NOT NULL, made INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (tenant, deployment, id));
        CREATE INDEX IF NOT EXISTS objects_listed ON objects (tenant, kind, number);
        CREATE TABLE IF NOT EXISTS billed (deployment TEXT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (deployment, id)) WITHOUT ROWID;
        """,
    ];

    private readonly SqliteConnection _connection;

    private ObjectFile(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="SqliteException">It is locked, damaged, or out of reach.</exception>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public static ObjectFile Open(string path) =>
        new(SqliteFile.Open(path, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;", Steps));

    /// <summary>Adds a row, or gives the one that is there another content.</summary>
    public void Save(OwnedObject seen, byte[] content) => Execute(
        """
        INSERT INTO objects (tenant, kind, deployment, id, purpose, caller, made, content) VALUES ($tenant, $kind, $deployment, $id, $purpose, $caller, $made, $content)
        ON CONFLICT (tenant, deployment, id) DO UPDATE SET content = excluded.content
        """,
        ("$tenant", seen.Tenant), ("$kind", (int)seen.Kind), ("$deployment", seen.DeploymentId), ("$id", seen.UpstreamId), ("$purpose", seen.Purpose),
        ("$caller", seen.CallerId), ("$made", seen.Created.ToUnixTimeMilliseconds()), ("$content", content));

    /// <summary>Removes a row.</summary>
    public void Remove(StoredObject stored) => Execute("DELETE FROM objects WHERE tenant = $tenant AND deployment = $deployment AND id = $id", KeyOf(stored));

    /// <summary>Finds a row.</summary>
    public OwnedObject? Find(StoredObject stored)
    {
        using var command = Command("SELECT tenant, deployment, id, kind, purpose, caller, made, content FROM objects WHERE tenant = $tenant AND deployment = $deployment AND id = $id", KeyOf(stored));
        using var row = command.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>A page of a tenant's rows, their content still encrypted; null when the one to begin after is not there.</summary>
    public ObjectPage? List(ObjectQuery query)
    {
        var from = query.NewestFirst ? long.MaxValue : long.MinValue;
        if (query.After is { } after)
        {
            using var find = Command("SELECT number FROM objects WHERE tenant = $tenant AND deployment = $deployment AND id = $id", KeyOf(after));
            if (find.ExecuteScalar() is not { } number)
            {
                return null;
            }
            from = Convert.ToInt64(number, CultureInfo.InvariantCulture);
        }
        const string Columns = "SELECT tenant, deployment, id, kind, purpose, caller, made, content FROM objects WHERE tenant = $tenant AND kind = $kind AND ($purpose IS NULL OR purpose = $purpose)";
        using var command = Command(
            query.NewestFirst ? Columns + " AND number < $from ORDER BY number DESC LIMIT $most" : Columns + " AND number > $from ORDER BY number LIMIT $most",
            ("$tenant", query.Tenant), ("$kind", (int)query.Kind), ("$purpose", query.Purpose), ("$from", from), ("$most", query.Most + 1));
        using var rows = command.ExecuteReader();
        var found = new List<OwnedObject>();
        while (rows.Read())
        {
            found.Add(Read(rows));
        }
        var hasMore = found.Count > query.Most;
        if (hasMore)
        {
            found.RemoveAt(query.Most);
        }
        return new ObjectPage(found, hasMore);
    }

    /// <summary>Marks a batch.</summary>
    /// <returns>False when it was marked already.</returns>
    public bool MarkBilled(StoredObject batch, string recordId, DateTimeOffset at) => Execute(
        "INSERT INTO billed (deployment, id, record, at) VALUES ($deployment, $id, $record, $at) ON CONFLICT DO NOTHING",
        ("$deployment", batch.DeploymentId), ("$id", batch.UpstreamId), ("$record", recordId), ("$at", at.ToUnixTimeMilliseconds())) > 0;

    /// <summary>Whether a batch is marked.</summary>
    public bool IsBilled(StoredObject batch)
    {
        using var command = Command("SELECT 1 FROM billed WHERE deployment = $deployment AND id = $id", ("$deployment", batch.DeploymentId), ("$id", batch.UpstreamId));
        return command.ExecuteScalar() is not null;
    }

    public void Dispose() => _connection.Dispose();

    private static OwnedObject Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), (Operation)row.GetInt32(3), row.GetString(4), row.GetString(5),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetFieldValue<byte[]>(7));

    private static (string Name, object? Value)[] KeyOf(StoredObject stored) => [("$tenant", stored.Tenant), ("$deployment", stored.DeploymentId), ("$id", stored.UpstreamId)];

    private int Execute(string text, params ReadOnlySpan<(string Name, object? Value)> parameters) => SqliteFile.Execute(_connection, text, parameters);

    private SqliteCommand Command(string text, params ReadOnlySpan<(string Name, object? Value)> parameters) => SqliteFile.Command(_connection, text, parameters);
}
