using System.Security.Cryptography;
using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The keys of users and tags: see <see cref="PersonalKeys"/>. Not thread-safe.</summary>
/// <remarks>What was found once is kept in memory until something was erased: an erasure counts itself in its own transaction.</remarks>
internal sealed class PostgresPersonal
{
    private const int MostKnown = 50_000;

    private readonly Dictionary<(string Kind, string Value), Entry> _entries = [];
    private byte[] _erasures = [];

    /// <summary>Forgets everything: keys may have gone with a transaction, or with the database.</summary>
    public void Forget() => _entries.Clear();

    /// <summary>Finds the keys of a batch, and makes those that are missing.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="salt">The ledger's salt.</param>
    /// <param name="erasures">How often something was erased, as the transaction sees it.</param>
    /// <param name="requests">The batch.</param>
    public void Read(NpgsqlConnection connection, byte[] salt, byte[] erasures, List<LedgerRequest> requests)
    {
        if (!erasures.AsSpan().SequenceEqual(_erasures) || _entries.Count > MostKnown)
        {
            Forget();
            _erasures = erasures;
        }
        var wanted = new HashSet<Entry>();
        foreach (var request in requests)
        {
            var day = request.At.UtcDateTime.Date;
            Add(wanted, salt, PersonalKeys.User, request.User, day);
            Add(wanted, salt, PersonalKeys.Tags, request.Tags, day);
        }
        if (wanted.Count > 0)
        {
            Find(connection, wanted.ToDictionary(static entry => Convert.ToHexString(entry.Lookup), StringComparer.Ordinal));
        }
    }

    /// <summary>The key of a value of the batch; null for none.</summary>
    public byte[]? For(string kind, string? value) => value is null ? null : _entries[(kind, value)].Key;

    private void Add(HashSet<Entry> wanted, byte[] salt, string kind, string? value, DateTime day)
    {
        if (value is null)
        {
            return;
        }
        if (!_entries.TryGetValue((kind, value), out var entry))
        {
            _entries[(kind, value)] = entry = new Entry(kind, value, PersonalKeys.Lookup(salt, kind, value));
        }
        if (entry.Key is null || entry.Seen < day)
        {
            entry.Seen = entry.Seen < day ? day : entry.Seen;
            wanted.Add(entry);
        }
    }

    private static void Find(NpgsqlConnection connection, Dictionary<string, Entry> wanted)
    {
        using (var find = PostgresDatabase.Command(
            connection, $"SELECT lookup, key, seen FROM {LedgerTables.Name}.personal WHERE lookup = ANY($1)", (object)wanted.Values.Select(static entry => entry.Lookup).ToArray()))
        using (var reader = find.ExecuteReader())
        {
            while (reader.Read())
            {
                var name = Convert.ToHexString(reader.GetFieldValue<byte[]>(0));
                var entry = wanted[name];
                entry.Key = reader.GetFieldValue<byte[]>(1);
                if (reader.GetDateTime(2) >= entry.Seen)
                {
                    wanted.Remove(name);
                }
            }
        }
        if (wanted.Count > 0)
        {
            Keep(connection, wanted);
        }
    }

    // New ones, and those that were last seen on an earlier day. In one order on every node, so that no two wait for each other in a ring.
    private static void Keep(NpgsqlConnection connection, Dictionary<string, Entry> wanted)
    {
        var entries = wanted.Values.ToList();
        // Another node may have been quicker: its key is the one, and comes back.
        using var keep = PostgresDatabase.Command(
            connection,
            $"""
            INSERT INTO {LedgerTables.Name}.personal AS p (key, kind, lookup, value, seen)
            SELECT key, kind, lookup, value, seen FROM unnest($1, $2, $3, $4, $5) AS u (key, kind, lookup, value, seen) ORDER BY lookup
            ON CONFLICT (lookup) DO UPDATE SET seen = GREATEST(p.seen, EXCLUDED.seen) RETURNING lookup, key
            """,
            entries.ConvertAll(static entry => entry.Key ?? RandomNumberGenerator.GetBytes(PersonalKeys.KeyLength)).ToArray(), entries.ConvertAll(static entry => entry.Kind).ToArray(),
            entries.ConvertAll(static entry => entry.Lookup).ToArray(), entries.ConvertAll(static entry => entry.Value).ToArray(), entries.ConvertAll(static entry => entry.Seen).ToArray());
        using var reader = keep.ExecuteReader();
        while (reader.Read())
        {
            wanted[Convert.ToHexString(reader.GetFieldValue<byte[]>(0))].Key = reader.GetFieldValue<byte[]>(1);
        }
    }

    private sealed class Entry(string kind, string value, byte[] lookup)
    {
        public string Kind { get; } = kind;

        public string Value { get; } = value;

        public byte[] Lookup { get; } = lookup;

        public DateTime Seen { get; set; } = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc);

        public byte[]? Key { get; set; }
    }
}
