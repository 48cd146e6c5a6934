using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>What a batch's transaction reads before it writes, in one round trip: the last closing, the node's place in its chain, the heads of its days, and which requests are there already.</summary>
internal sealed class BatchStart
{
    private readonly Dictionary<long, ChainHead> _heads = [];
    private ChainHead? _last;

    private BatchStart()
    {
    }

    /// <summary>The last closing, which stays the last until the transaction's end; null where no month is closed.</summary>
    public Correction? Closing { get; private set; }

    /// <summary>How many rows the node has appended; the number of the last one.</summary>
    public long Appended { get; private set; }

    /// <summary>How often something was erased.</summary>
    public byte[] Erasures { get; private set; } = [];

    /// <summary>Ids of requests of the batch that are there already.</summary>
    public HashSet<string> Existing { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads, and holds the node's row: two processes of one node append one after the other.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="node">The node's number.</param>
    /// <param name="requests">The batch.</param>
    /// <param name="looksForExisting">Whether requests of the batch may be there already. Looking costs as much as writing an index.</param>
    /// <exception cref="InvalidDataException">The node's row is gone.</exception>
    public static BatchStart Read(NpgsqlConnection connection, int node, List<LedgerRequest> requests, bool looksForExisting)
    {
        var (ids, times, days) = (new string[requests.Count], new DateTime[requests.Count], new HashSet<DateTime>());
        for (var i = 0; i < requests.Count; i++)
        {
            (ids[i], times[i]) = (requests[i].Id, requests[i].At.UtcDateTime);
            days.Add(times[i].Date);
        }
        using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                // Statistics that are behind must not turn a few look-ups into a pass over the month.
                new("SET LOCAL jit = off"), new("SET LOCAL enable_seqscan = off"), new("SET LOCAL lock_timeout = '15s'"),
                new(PostgresCorrectionTable.HoldClosings), new(PostgresCorrectionTable.LastClosing),
                new($"SELECT value FROM {LedgerTables.Name}.settings WHERE name = 'erasures'"),
                new($"SELECT appended FROM {LedgerTables.Name}.nodes WHERE node = $1 FOR UPDATE") { Parameters = { new() { Value = node } } },
                new($"""
                    SELECT u.id FROM unnest($1, $2) AS u (id, at) CROSS JOIN LATERAL (SELECT 1 FROM {LedgerTables.Name}.requests r WHERE r.id = u.id AND r.at = u.at LIMIT 1) found
                    """)
                {
                    Parameters = { new() { Value = looksForExisting ? ids : [] }, new() { Value = looksForExisting ? times : [] } },
                },
                new($"SELECT {PostgresHeads.Columns} FROM {LedgerTables.Name}.heads WHERE node = $1 AND day = ANY($2)") { Parameters = { new() { Value = node }, new() { Value = days.ToArray() } } },
                new($"SELECT {PostgresHeads.Columns} FROM {LedgerTables.Name}.heads WHERE node = $1 ORDER BY place DESC LIMIT 1") { Parameters = { new() { Value = node } } },
            },
        };
        using var reader = batch.ExecuteReader();
        var start = new BatchStart();
        start.Closing = reader.Read() ? CorrectionRow.Read(new PostgresRow(reader)) : null;
        reader.NextResult();
        start.Erasures = reader.Read() ? reader.GetFieldValue<byte[]>(0) : [];
        reader.NextResult();
        start.Appended = reader.Read() ? reader.GetInt64(0) : throw new InvalidDataException($"The ledger's row of this node is gone from {LedgerTables.Name}.nodes. It is made anew.");
        reader.NextResult();
        while (reader.Read())
        {
            start.Existing.Add(reader.GetString(0));
        }
        reader.NextResult();
        foreach (var head in PostgresHeads.Read(reader))
        {
            start._heads[head.Day] = head;
        }
        reader.NextResult();
        start._last = PostgresHeads.Read(reader).SingleOrDefault();
        return start;
    }

    /// <summary>The head of a day of the batch; null when it has none.</summary>
    public ChainHead? HeadOf(long day) => _heads.GetValueOrDefault(day);

    /// <summary>The head that was begun last; null when there is none.</summary>
    public ChainHead? LastHead() => _last;
}
