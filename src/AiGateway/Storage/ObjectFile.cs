using System.Globalization;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage;

/// <summary>The connection to the SQLite file of files and batches. Not thread-safe; blocking, as SQLite is.</summary>
/// <remarks>
/// Two tables: what each tenant has, batches with the terms they were made on, and which batches' costs are recorded. A mark outlives its batch, and is on disk when it
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
        """
        ALTER TABLE objects ADD COLUMN terms BLOB;
        CREATE INDEX IF NOT EXISTS objects_made ON objects (made) WHERE terms IS NOT NULL;
        ALTER TABLE billed ADD COLUMN priced INTEGER NOT NULL DEFAULT 1;
        """,
    ];

    private const string Columns = "tenant, deployment, id, kind, purpose, caller, made, content, terms";

    private readonly SqliteConnection _connection;

    private ObjectFile(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="SqliteException">It is locked, damaged, or out of reach.</exception>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public static ObjectFile Open(string path) =>
        new(SqliteFile.Open(path, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216;", Steps));

    /// <summary>Adds a row, or gives the one that is there another content.</summary>
    /// <param name="seen">The object.</param>
    /// <param name="content">What it says, encrypted.</param>
    /// <param name="terms">On what terms a batch was made, encrypted; null for others.</param>
    public void Save(OwnedObject seen, byte[] content, byte[]? terms) => Execute(
        """
        INSERT INTO objects (tenant, kind, deployment, id, purpose, caller, made, content, terms) VALUES ($tenant, $kind, $deployment, $id, $purpose, $caller, $made, $content, $terms)
        ON CONFLICT (tenant, deployment, id) DO UPDATE SET content = excluded.content
        """,
        ("$tenant", seen.Tenant), ("$kind", (int)seen.Kind), ("$deployment", seen.DeploymentId), ("$id", seen.UpstreamId), ("$purpose", seen.Purpose),
        ("$caller", seen.CallerId), ("$made", seen.Created.ToUnixTimeMilliseconds()), ("$content", content), ("$terms", terms));

    /// <summary>Removes a row.</summary>
    public void Remove(StoredObject stored) => Execute("DELETE FROM objects WHERE tenant = $tenant AND deployment = $deployment AND id = $id", KeyOf(stored));

    /// <summary>Finds a row.</summary>
    public ObjectRow? Find(StoredObject stored)
    {
        using var command = Command($"SELECT {Columns} FROM objects WHERE tenant = $tenant AND deployment = $deployment AND id = $id", KeyOf(stored));
        using var row = command.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>The batches that were made since then on terms that are kept, and whose cost is not known.</summary>
    public List<ObjectRow> ListUnbilled(DateTimeOffset since)
    {
        using var command = Command(
            $"SELECT {Columns} FROM objects WHERE terms IS NOT NULL AND made >= $since AND NOT EXISTS (SELECT 1 FROM billed WHERE billed.deployment = objects.deployment AND billed.id = objects.id AND priced = 1)",
            ("$since", since.ToUnixTimeMilliseconds()));
        using var rows = command.ExecuteReader();
        var found = new List<ObjectRow>();
        while (rows.Read())
        {
            found.Add(Read(rows));
        }
        return found;
    }

    /// <summary>A page of a tenant's rows; null when the one to begin after is not there.</summary>
    public (List<ObjectRow> Rows, bool HasMore)? List(ObjectQuery query)
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
        const string Select = $"SELECT {Columns} FROM objects WHERE tenant = $tenant AND kind = $kind AND ($purpose IS NULL OR purpose = $purpose)";
        using var command = Command(
            query.NewestFirst ? Select + " AND number < $from ORDER BY number DESC LIMIT $most" : Select + " AND number > $from ORDER BY number LIMIT $most",
            ("$tenant", query.Tenant), ("$kind", (int)query.Kind), ("$purpose", query.Purpose), ("$from", from), ("$most", query.Most + 1));
        using var rows = command.ExecuteReader();
        var found = new List<ObjectRow>();
        while (rows.Read())
        {
            found.Add(Read(rows));
        }
        var hasMore = found.Count > query.Most;
        if (hasMore)
        {
            found.RemoveAt(query.Most);
        }
        return (found, hasMore);
    }

    /// <summary>Marks a batch.</summary>
    /// <returns>False when it was marked already.</returns>
    public bool MarkBilled(StoredObject batch, string recordId, DateTimeOffset at, bool isPriced) => Execute(
        "INSERT INTO billed (deployment, id, record, at, priced) VALUES ($deployment, $id, $record, $at, $priced) ON CONFLICT DO NOTHING",
        ("$deployment", batch.DeploymentId), ("$id", batch.UpstreamId), ("$record", recordId), ("$at", at.ToUnixTimeMilliseconds()), ("$priced", isPriced ? 1 : 0)) > 0;

    /// <summary>Whether a batch is marked.</summary>
    public bool IsBilled(StoredObject batch)
    {
        using var command = Command("SELECT 1 FROM billed WHERE deployment = $deployment AND id = $id", ("$deployment", batch.DeploymentId), ("$id", batch.UpstreamId));
        return command.ExecuteScalar() is not null;
    }

    public void Dispose() => _connection.Dispose();

    private static ObjectRow Read(SqliteDataReader row) => new(
        new OwnedObject(
            row.GetString(0), row.GetString(1), row.GetString(2), (Operation)row.GetInt32(3), row.GetString(4), row.GetString(5),
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetFieldValue<byte[]>(7)),
        row.IsDBNull(8) ? null : row.GetFieldValue<byte[]>(8));

    private static (string Name, object? Value)[] KeyOf(StoredObject stored) => [("$tenant", stored.Tenant), ("$deployment", stored.DeploymentId), ("$id", stored.UpstreamId)];

    private int Execute(string text, params ReadOnlySpan<(string Name, object? Value)> parameters) => SqliteFile.Execute(_connection, text, parameters);

    private SqliteCommand Command(string text, params ReadOnlySpan<(string Name, object? Value)> parameters) => SqliteFile.Command(_connection, text, parameters);
}
