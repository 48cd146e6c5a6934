using AiGateway.Accounting.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Intents whose request has not settled, of all nodes.</summary>
internal sealed class PostgresIntents
{
    private readonly TextPool _texts = new();
    private bool _mayHaveAny = true;

    /// <summary>Looks whether there are any.</summary>
    public void Begin(NpgsqlConnection connection)
    {
        using var any = PostgresDatabase.Command(connection, $"SELECT EXISTS (SELECT 1 FROM {LedgerTables.Name}.intents)");
        _mayHaveAny = any.ExecuteScalar() is true;
    }

    /// <summary>What adds a batch's intents, unless their requests are there.</summary>
    public NpgsqlBatchCommand Add(List<LedgerIntent> intents)
    {
        _mayHaveAny = true;
        var entry = new PayloadWriter();
        return new NpgsqlBatchCommand($"""
            INSERT INTO {LedgerTables.Name}.intents (request, line, process, entry)
            SELECT request, line, process, entry FROM unnest($1, $2, $3, $4, $5) AS u (request, at, line, process, entry)
            WHERE NOT EXISTS (SELECT 1 FROM {LedgerTables.Name}.requests r WHERE r.id = u.request AND r.at = u.at) ORDER BY request, line
            ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                new() { Value = intents.ConvertAll(static intent => intent.Request.Id).ToArray() },
                new() { Value = intents.ConvertAll(static intent => intent.Request.At.UtcDateTime).ToArray() },
                new() { Value = intents.ConvertAll(static intent => intent.Line).ToArray() },
                new() { Value = intents.ConvertAll(static intent => intent.Process).ToArray() },
                new()
                {
                    Value = intents.ConvertAll(intent =>
                    {
                        entry.CutTo(0);
                        LedgerCodec.Write(entry, intent);
                        return entry.Written.ToArray();
                    }).ToArray(),
                },
            },
        };
    }

    /// <summary>What removes the intents of requests; null when there are none.</summary>
    public NpgsqlBatchCommand? Remove(List<LedgerRequest> requests) => !_mayHaveAny || requests.Count == 0 ? null
        : new NpgsqlBatchCommand($"DELETE FROM {LedgerTables.Name}.intents WHERE request = ANY($1)") { Parameters = { new() { Value = requests.ConvertAll(static request => request.Id).ToArray() } } };

    /// <summary>A process's intents, by request.</summary>
    public List<List<LedgerIntent>> Of(NpgsqlConnection connection, string process)
    {
        var read = new LedgerBatch();
        using var find = PostgresDatabase.Command(connection, $"SELECT entry FROM {LedgerTables.Name}.intents WHERE process = $1 ORDER BY request, line", process);
        using var reader = find.ExecuteReader();
        while (reader.Read())
        {
            LedgerCodec.Read(reader.GetFieldValue<byte[]>(0), _texts, read);
        }
        // That process has written them, and this one may not have seen any yet.
        _mayHaveAny |= read.Intents.Count > 0;
        return [.. read.Intents.GroupBy(static intent => intent.Request.Id, StringComparer.Ordinal).Select(static group => group.ToList())];
    }
}
