using System.Security.Cryptography;
using AiGateway.Accounting.Corrections;
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
    /// <param name="rollup">The sums.</param>
    /// <param name="closing">The last closing: the figures of what it closed stand, and what comes of them is an adjustment. Null where no month is closed.</param>
    /// <param name="now">The time.</param>
    public IEnumerable<NpgsqlBatchCommand> Add(Rollup rollup, Correction? closing, DateTimeOffset now)
    {
        var openFrom = closing?.To.ToUnixTimeMilliseconds() ?? long.MinValue;
        var (names, hours, late) = (Begin(), new List<Row>(), new List<Row>());
        foreach (var ((hour, key), sums) in rollup.Sums)
        {
            (hour < openFrom ? late : hours).Add(new Row(hour, hour, DigestOf(key, names), sums));
        }
        var days = rollup.SumsByDay(openFrom).Select(pair => new Row(pair.Key.Day, pair.Key.Day, DigestOf(pair.Key.Key, names), pair.Value)).ToList();
        if (names.Count > 0)
        {
            yield return AddNames(names);
        }
        if (hours.Count > 0)
        {
            yield return Add("hour_sums", hours);
            yield return Add("day_sums", days);
        }
        if (late.Count > 0)
        {
            var bookedAt = closing!.BookedAt(now).ToUnixTimeMilliseconds();
            yield return AddAdjustments(late.ConvertAll(row => row with { At = bookedAt }), AdjustmentTable.Late);
        }
    }

    /// <summary>What adds the changes of a correction, in the order in which it must run.</summary>
    public IEnumerable<NpgsqlBatchCommand> Add(AdjustmentSums changes, long correction)
    {
        var names = Begin();
        var rows = changes.All.Select(change => new Row(change.Key.At, change.Key.Hour, DigestOf(change.Key.Key, names), change.Value)).ToList();
        if (names.Count > 0)
        {
            yield return AddNames(names);
        }
        yield return AddAdjustments(rows, correction);
    }

    private List<(byte[] Digest, RollupKey Key)> Begin()
    {
        if (_known.Count > MostKnown)
        {
            _known.Clear();
        }
        return [];
    }

    private static NpgsqlBatchCommand AddNames(List<(byte[] Digest, RollupKey Key)> rows)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {LedgerTables.Name}.names (key, {LedgerTables.Names})
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS u (key, {LedgerTables.Names}) ORDER BY key ON CONFLICT DO NOTHING
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
        Column(command, rows, static row => row.Key.Labels);
        return command;
    }

    private static NpgsqlBatchCommand Add(string table, List<Row> rows)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {LedgerTables.Name}.{table} AS t (at, key, {RollupRow.Columns})
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS u (at, key, {RollupRow.Columns}) ORDER BY at, key
            ON CONFLICT (at, key) DO UPDATE SET {Added}
            """);
        Columns(command, rows);
        return command;
    }

    private static NpgsqlBatchCommand AddAdjustments(List<Row> rows, long correction)
    {
        var command = new NpgsqlBatchCommand($"""
            INSERT INTO {LedgerTables.Name}.adjustment_sums AS t (at, key, {RollupRow.Columns}, hour, correction)
            SELECT u.*, $18 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) AS u (at, key, {RollupRow.Columns}, hour) ORDER BY at, key, hour
            ON CONFLICT (at, key, hour, correction) DO UPDATE SET {Added}
            """);
        Columns(command, rows);
        Column(command, rows, static row => DateTimeOffset.FromUnixTimeMilliseconds(row.Hour).UtcDateTime);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = correction });
        return command;
    }

    private static void Columns(NpgsqlBatchCommand command, List<Row> rows)
    {
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
        foreach (var name in (ReadOnlySpan<string>)
            [key.Caller, key.Organisation, key.Team, key.Project, key.Alias, key.Operation, key.Deployment, key.Provider, key.Model, key.Status, key.Kind, key.Labels])
        {
            _text.Text(name);
        }
        digest = SHA256.HashData(_text.Written)[..KeyLength];
        _known[key] = digest;
        added.Add((digest, key));
        return digest;
    }

    /// <summary>Sums that are to be added.</summary>
    /// <param name="At">The beginning of the hour or day in which they count, Unix milliseconds.</param>
    /// <param name="Hour">Of adjustments: the hour that they are of.</param>
    /// <param name="Digest">What they are of.</param>
    /// <param name="Sums">The sums.</param>
    private readonly record struct Row(long At, long Hour, byte[] Digest, LedgerSums Sums);
}
