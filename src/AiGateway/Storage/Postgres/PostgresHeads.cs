using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The table of the chain's heads: one chain for each node.</summary>
internal static class PostgresHeads
{
    /// <summary>The columns' names, in the order in which <see cref="Read"/> takes them.</summary>
    public const string Columns = "day, place, genesis, hash, requests, removed";

    /// <summary>Reads heads from a result.</summary>
    public static List<ChainHead> Read(NpgsqlDataReader reader)
    {
        var heads = new List<ChainHead>();
        var row = new PostgresRow(reader);
        while (reader.Read())
        {
            heads.Add(new ChainHead(row.Number(0), row.Number(1), row.Bytes(2).ToArray(), row.Bytes(3).ToArray()) { Requests = row.Number(4), Removed = row.Number(5) });
        }
        return heads;
    }

    /// <summary>What writes those of a node.</summary>
    public static NpgsqlBatchCommand Save(int node, ICollection<ChainHead> heads) => new($"""
        INSERT INTO {LedgerTables.Name}.heads (node, {Columns})
        SELECT $1, day, place, genesis, hash, requests, 0 FROM unnest($2, $3, $4, $5, $6) AS u (day, place, genesis, hash, requests)
        ON CONFLICT (node, day) DO UPDATE SET hash = EXCLUDED.hash, requests = EXCLUDED.requests
        """)
    {
        Parameters =
        {
            new() { Value = node },
            new() { Value = heads.Select(static head => DateTimeOffset.FromUnixTimeMilliseconds(head.Day).UtcDateTime).ToArray() },
            new() { Value = heads.Select(static head => head.Place).ToArray() },
            new() { Value = heads.Select(static head => head.Genesis).ToArray() },
            new() { Value = heads.Select(static head => head.Hash).ToArray() },
            new() { Value = heads.Select(static head => head.Requests).ToArray() },
        },
    };
}
