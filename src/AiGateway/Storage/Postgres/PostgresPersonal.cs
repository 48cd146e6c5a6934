using System.Security.Cryptography;
using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The keys of a batch's users and tags, as its transaction sees them: see <see cref="PersonalKeys"/>.</summary>
internal sealed class PostgresPersonal
{
    private readonly Dictionary<(string Kind, string Value), Entry> _entries = [];

    private PostgresPersonal()
    {
    }

    /// <summary>Finds the keys, and makes those that are missing.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="salt">The ledger's salt.</param>
    /// <param name="requests">The batch.</param>
    public static PostgresPersonal Read(NpgsqlConnection connection, byte[] salt, List<LedgerRequest> requests)
    {
        var personal = new PostgresPersonal();
        foreach (var request in requests)
        {
            var day = request.At.UtcDateTime.Date;
            personal.Add(salt, PersonalKeys.User, request.User, day);
            personal.Add(salt, PersonalKeys.Tags, request.Tags, day);
        }
        if (personal._entries.Count > 0)
        {
            personal.Find(connection);
            personal.Keep(connection);
        }
        return personal;
    }

    /// <summary>The key of a value; null for none.</summary>
    public byte[]? For(string kind, string? value) => value is null ? null : _entries[(kind, value)].Key;

    private void Add(byte[] salt, string kind, string? value, DateTime day)
    {
        if (value is null)
        {
            return;
        }
        if (!_entries.TryGetValue((kind, value), out var entry))
        {
            _entries[(kind, value)] = entry = new Entry { Lookup = PersonalKeys.Lookup(salt, kind, value), Day = day };
        }
        entry.Day = entry.Day < day ? day : entry.Day;
    }

    private void Find(NpgsqlConnection connection)
    {
        var byLookup = _entries.Values.ToDictionary(static entry => Convert.ToHexString(entry.Lookup), StringComparer.Ordinal);
        using var find = PostgresDatabase.Command(
            connection, $"SELECT lookup, key, seen FROM {LedgerTables.Name}.personal WHERE lookup = ANY($1)", (object)_entries.Values.Select(static entry => entry.Lookup).ToArray());
        using var reader = find.ExecuteReader();
        while (reader.Read())
        {
            var entry = byLookup[Convert.ToHexString(reader.GetFieldValue<byte[]>(0))];
            (entry.Key, entry.IsKept) = (reader.GetFieldValue<byte[]>(1), reader.GetDateTime(2) >= entry.Day);
        }
    }

    // New ones, and those that were last seen on an earlier day. In one order on every node: two that wait for each other's are none.
    private void Keep(NpgsqlConnection connection)
    {
        var wanted = _entries.Where(static pair => !pair.Value.IsKept).OrderBy(static pair => Convert.ToHexString(pair.Value.Lookup), StringComparer.Ordinal).ToList();
        if (wanted.Count == 0)
        {
            return;
        }
        // Another node may have been quicker: its key is the one, and comes back.
        using var keep = PostgresDatabase.Command(
            connection,
            $"""
            INSERT INTO {LedgerTables.Name}.personal AS p (key, kind, lookup, value, seen)
            SELECT key, kind, lookup, value, seen FROM unnest($1, $2, $3, $4, $5) AS u (key, kind, lookup, value, seen) ORDER BY lookup
            ON CONFLICT (lookup) DO UPDATE SET seen = GREATEST(p.seen, EXCLUDED.seen) RETURNING lookup, key
            """,
            wanted.Select(static pair => pair.Value.Key ?? RandomNumberGenerator.GetBytes(PersonalKeys.KeyLength)).ToArray(), wanted.Select(static pair => pair.Key.Kind).ToArray(),
            wanted.Select(static pair => pair.Value.Lookup).ToArray(), wanted.Select(static pair => pair.Key.Value).ToArray(), wanted.Select(static pair => pair.Value.Day).ToArray());
        var byLookup = wanted.ToDictionary(static pair => Convert.ToHexString(pair.Value.Lookup), static pair => pair.Value, StringComparer.Ordinal);
        using var reader = keep.ExecuteReader();
        while (reader.Read())
        {
            byLookup[Convert.ToHexString(reader.GetFieldValue<byte[]>(0))].Key = reader.GetFieldValue<byte[]>(1);
        }
    }

    private sealed class Entry
    {
        public required byte[] Lookup { get; init; }

        public DateTime Day { get; set; }

        public byte[]? Key { get; set; }

        public bool IsKept { get; set; }
    }
}
