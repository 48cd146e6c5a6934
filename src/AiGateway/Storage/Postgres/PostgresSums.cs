using System.Security.Cryptography;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Adds a batch's sums to a table of sums. PostgreSQL's numerics are exact, so that it can add them itself.</summary>
/// <remarks>Nodes share these rows: each adds to them in the order of the key, so that no two wait for each other, and as the last thing before its commit, so that none waits long.</remarks>
internal static class PostgresSums
{
    // Of a digest of SHA-256: what nobody finds two names for.
    private const int KeyLength = 16;

    private const string Names = "caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind";
    private const string Added = """
        requests = t.requests + EXCLUDED.requests, errors = t.errors + EXCLUDED.errors, calls = t.calls + EXCLUDED.calls, estimated = t.estimated + EXCLUDED.estimated,
        unpriced = t.unpriced + EXCLUDED.unpriced, unpriced_tokens = t.unpriced_tokens + EXCLUDED.unpriced_tokens, input = t.input + EXCLUDED.input,
        cached_input = t.cached_input + EXCLUDED.cached_input, cache_write = t.cache_write + EXCLUDED.cache_write, output = t.output + EXCLUDED.output,
        reasoning = t.reasoning + EXCLUDED.reasoning, duration_us = t.duration_us + EXCLUDED.duration_us, cost = t.cost + EXCLUDED.cost, saved = t.saved + EXCLUDED.saved
        """;

    /// <summary>What adds sums to a table.</summary>
    /// <param name="table"><c>hours</c> or <c>days</c>.</param>
    /// <param name="sums">The sums by time (Unix milliseconds) and key.</param>
    public static NpgsqlBatchCommand Add(string table, IEnumerable<KeyValuePair<(long At, RollupKey Key), LedgerSums>> sums)
    {
        var rows = sums.Select(static pair => (pair.Key.At, Digest: DigestOf(pair.Key.Key), pair.Key.Key, Sums: pair.Value)).ToList();
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {LedgerTables.Name}.{table} AS t (at, key, {Names}, {RollupRow.Columns})
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
              AS u (at, key, {Names}, {RollupRow.Columns}) ORDER BY at, key
            ON CONFLICT (at, key) DO UPDATE SET {Added}
            """);
        void Column<T>(Func<(long At, byte[] Digest, RollupKey Key, LedgerSums Sums), T> value) => command.Parameters.Add(new NpgsqlParameter { Value = rows.ConvertAll(row => value(row)).ToArray() });
        Column(static row => DateTimeOffset.FromUnixTimeMilliseconds(row.At).UtcDateTime);
        Column(static row => row.Digest);
        Column(static row => row.Key.Caller);
        Column(static row => row.Key.Organisation);
        Column(static row => row.Key.Team);
        Column(static row => row.Key.Project);
        Column(static row => row.Key.Alias);
        Column(static row => row.Key.Operation);
        Column(static row => row.Key.Deployment);
        Column(static row => row.Key.Provider);
        Column(static row => row.Key.Model);
        Column(static row => row.Key.Status);
        Column(static row => row.Key.Kind);
        Column(static row => row.Sums.Requests);
        Column(static row => row.Sums.Errors);
        Column(static row => row.Sums.Calls);
        Column(static row => row.Sums.Estimated);
        Column(static row => row.Sums.Unpriced);
        Column(static row => row.Sums.UnpricedTokens);
        Column(static row => row.Sums.Input);
        Column(static row => row.Sums.CachedInput);
        Column(static row => row.Sums.CacheWrite);
        Column(static row => row.Sums.Output);
        Column(static row => row.Sums.Reasoning);
        Column(static row => row.Sums.DurationMicroseconds);
        Column(static row => row.Sums.Cost);
        Column(static row => row.Sums.Saved);
        return command;
    }

    private static byte[] DigestOf(RollupKey key)
    {
        var text = new PayloadWriter();
        foreach (var name in (ReadOnlySpan<string>)[key.Caller, key.Organisation, key.Team, key.Project, key.Alias, key.Operation, key.Deployment, key.Provider, key.Model, key.Status, key.Kind])
        {
            text.Text(name);
        }
        return SHA256.HashData(text.Written)[..KeyLength];
    }
}
