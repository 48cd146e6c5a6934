using System.Security.Cryptography;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Adds a batch's sums to the tables of sums. PostgreSQL's numerics are exact, so that it can add them itself. Not thread-safe.</summary>
/// <remarks>Nodes share these rows: each adds to them in the order of the key, so that no two wait for each other in a ring, and as the last thing before its commit, so that none waits long.</remarks>
internal sealed class PostgresSums
{
    // Of a digest of SHA-256: what nobody finds two names for.
    private const int KeyLength = 16;

    // Names come from the configuration, and with wildcard deployments from providers.
    private const int MostKnown = 50_000;

    private const string Added = """
        requests = t.requests + EXCLUDED.requests, errors = t.errors + EXCLUDED.errors, calls = t.calls + EXCLUDED.calls, estimated = t.estimated + EXCLUDED.estimated,
        unpriced = t.unpriced + EXCLUDED.unpriced, unpriced_tokens = t.unpriced_tokens + EXCLUDED.unpriced_tokens, input = t.input + EXCLUDED.input,
        cached_input = t.cached_input + EXCLUDED.cached_input, cache_write = t.cache_write + EXCLUDED.cache_write, output = t.output + EXCLUDED.output,
        reasoning = t.reasoning + EXCLUDED.reasoning, duration_us = t.duration_us + EXCLUDED.duration_us, cost = t.cost + EXCLUDED.cost, saved = t.saved + EXCLUDED.saved
        """;

    private readonly PayloadWriter _text = new();
    private readonly Dictionary<RollupKey, byte[]> _known = [];

    /// <summary>Forgets which names are there: they may have gone with a transaction, or with the database.</summary>
    public void Forget() => _known.Clear();

    /// <summary>What adds a batch's sums, in the order in which it must run.</summary>
    public IEnumerable<NpgsqlBatchCommand> Add(Rollup rollup)
    {
        if (_known.Count > MostKnown)
        {
            _known.Clear();
        }
        var added = new List<(byte[] Digest, RollupKey Key)>();
        var hours = rollup.Sums.Select(pair => (pair.Key.Hour, Digest: DigestOf(pair.Key.Key, added), pair.Value)).ToList();
        var days = rollup.SumsByDay().Select(pair => (pair.Key.Day, Digest: DigestOf(pair.Key.Key, added), pair.Value)).ToList();
        return added.Count > 0 ? [AddNames(added), Add("hour_sums", hours), Add("day_sums", days)] : [Add("hour_sums", hours), Add("day_sums", days)];
    }

    private static NpgsqlBatchCommand AddNames(List<(byte[] Digest, RollupKey Key)> rows)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {LedgerTables.Name}.names (key, {LedgerTables.Names})
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS u (key, {LedgerTables.Names}) ORDER BY key ON CONFLICT DO NOTHING
            """);
        Column(command, rows, static row => row.Digest);
        Column(command, rows, static row => row.Key.Caller);
        Column(command, rows, static row => row.Key.Organisation);
        Column(command, rows, static row => row.Key.Team);
        Column(command, rows, static row => row.Key.Project);
        Column(command, rows, static row => row.Key.Alias);
        Column(command, rows, static row => row.Key.Operation);
        Column(command, rows, static row => row.Key.Deployment);
        Column(command, rows, static row => row.Key.Provider);
        Column(command, rows, static row => row.Key.Model);
        Column(command, rows, static row => row.Key.Status);
        Column(command, rows, static row => row.Key.Kind);
        return command;
    }

    private static NpgsqlBatchCommand Add(string table, List<(long At, byte[] Digest, LedgerSums Sums)> rows)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {LedgerTables.Name}.{table} AS t (at, key, {RollupRow.Columns})
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS u (at, key, {RollupRow.Columns}) ORDER BY at, key
            ON CONFLICT (at, key) DO UPDATE SET {Added}
            """);
        Column(command, rows, static row => DateTimeOffset.FromUnixTimeMilliseconds(row.At).UtcDateTime);
        Column(command, rows, static row => row.Digest);
        Column(command, rows, static row => row.Sums.Requests);
        Column(command, rows, static row => row.Sums.Errors);
        Column(command, rows, static row => row.Sums.Calls);
        Column(command, rows, static row => row.Sums.Estimated);
        Column(command, rows, static row => row.Sums.Unpriced);
        Column(command, rows, static row => row.Sums.UnpricedTokens);
        Column(command, rows, static row => row.Sums.Input);
        Column(command, rows, static row => row.Sums.CachedInput);
        Column(command, rows, static row => row.Sums.CacheWrite);
        Column(command, rows, static row => row.Sums.Output);
        Column(command, rows, static row => row.Sums.Reasoning);
        Column(command, rows, static row => row.Sums.DurationMicroseconds);
        Column(command, rows, static row => row.Sums.Cost);
        Column(command, rows, static row => row.Sums.Saved);
        return command;
    }

    private static void Column<TRow, T>(NpgsqlBatchCommand command, List<TRow> rows, Func<TRow, T> value)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values });
    }

    private byte[] DigestOf(in RollupKey key, List<(byte[] Digest, RollupKey Key)> added)
    {
        if (_known.TryGetValue(key, out var digest))
        {
            return digest;
        }
        _text.CutTo(0);
        foreach (var name in (ReadOnlySpan<string>)[key.Caller, key.Organisation, key.Team, key.Project, key.Alias, key.Operation, key.Deployment, key.Provider, key.Model, key.Status, key.Kind])
        {
            _text.Text(name);
        }
        digest = SHA256.HashData(_text.Written)[..KeyLength];
        _known[key] = digest;
        added.Add((digest, key));
        return digest;
    }
}
