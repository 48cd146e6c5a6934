using AiGateway.Accounting.Ledger;
using AiGateway.Protocols;
using Npgsql;
using NpgsqlTypes;

namespace AiGateway.Storage.Postgres;

/// <summary>Writes a batch's rows with PostgreSQL's binary COPY.</summary>
internal static class RowCopy
{
    /// <summary>Writes the requests.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="node">The node's number.</param>
    /// <param name="before">The number of the row before the first.</param>
    /// <param name="rows">The rows with their hashes, in the order of the chain.</param>
    public static void Requests(NpgsqlConnection connection, int node, long before, List<(ChainRow Row, byte[] Hash)> rows)
    {
        using var copy = connection.BeginBinaryImport($"""
            COPY {LedgerTables.Name}.requests (node, number, id, at, caller, organisation, team, project, user_key, tags_key, alias, operation, deployment, provider, model,
              status, outcome, error, stream, estimated, cost, saved, unpriced, duration_us, upstream_us, first_token_us, config_version, hash) FROM STDIN (FORMAT BINARY)
            """);
        foreach (var (row, hash) in rows)
        {
            var request = row.Request;
            copy.StartRow();
            copy.Write(node, NpgsqlDbType.Integer);
            copy.Write(++before, NpgsqlDbType.Bigint);
            copy.Write(request.Id, NpgsqlDbType.Text);
            copy.Write(request.At.UtcDateTime, NpgsqlDbType.TimestampTz);
            copy.Write(request.Caller, NpgsqlDbType.Text);
            Text(copy, request.Organisation);
            Text(copy, request.Team);
            Text(copy, request.Project);
            Bytes(copy, row.UserKey);
            Bytes(copy, row.TagsKey);
            Text(copy, request.Alias);
            copy.Write(request.Operation, NpgsqlDbType.Text);
            Text(copy, row.Deployment);
            Text(copy, row.Provider);
            Text(copy, row.Model);
            copy.Write(request.Status, NpgsqlDbType.Integer);
            copy.Write(request.Outcome, NpgsqlDbType.Text);
            Text(copy, request.Error);
            copy.Write(request.IsStream, NpgsqlDbType.Boolean);
            copy.Write(row.IsEstimated, NpgsqlDbType.Boolean);
            copy.Write(row.Cost, NpgsqlDbType.Numeric);
            copy.Write(request.Saved, NpgsqlDbType.Numeric);
            copy.Write(row.Unpriced, NpgsqlDbType.Bigint);
            copy.Write(request.DurationMicroseconds, NpgsqlDbType.Bigint);
            copy.Write(request.UpstreamMicroseconds, NpgsqlDbType.Bigint);
            Number(copy, request.FirstTokenMicroseconds);
            copy.Write(request.ConfigVersion, NpgsqlDbType.Text);
            copy.Write(hash, NpgsqlDbType.Bytea);
        }
        copy.Complete();
    }

    /// <summary>Writes the requests' lines.</summary>
    public static void Lines(NpgsqlConnection connection, int node, long before, List<(ChainRow Row, byte[] Hash)> rows)
    {
        using var copy = connection.BeginBinaryImport($"""
            COPY {LedgerTables.Name}.lines (node, number, at, line, kind, deployment, provider, model, upstream_model, response_model, service_tier, dialect, outcome, status,
              started_us, duration_us, estimated, input, cached_input, cache_write, output, reasoning, units,
              cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, cost_reported, unpriced, price_period, price_set) FROM STDIN (FORMAT BINARY)
            """);
        foreach (var (row, _) in rows)
        {
            before++;
            for (var i = 0; i < row.Request.Lines.Length; i++)
            {
                copy.StartRow();
                copy.Write(node, NpgsqlDbType.Integer);
                copy.Write(before, NpgsqlDbType.Bigint);
                copy.Write(row.Request.At.UtcDateTime, NpgsqlDbType.TimestampTz);
                copy.Write(i, NpgsqlDbType.Integer);
                Line(copy, row.Request.Lines[i]);
            }
        }
        copy.Complete();
    }

    private static void Line(NpgsqlBinaryImporter copy, LedgerLine line)
    {
        copy.Write(LedgerWords.Of(line.Kind), NpgsqlDbType.Text);
        copy.Write(line.Deployment, NpgsqlDbType.Text);
        copy.Write(line.Provider, NpgsqlDbType.Text);
        copy.Write(line.Model, NpgsqlDbType.Text);
        copy.Write(line.UpstreamModel, NpgsqlDbType.Text);
        Text(copy, line.ResponseModel);
        Text(copy, line.ServiceTier);
        copy.Write(line.Dialect, NpgsqlDbType.Text);
        copy.Write(line.Outcome, NpgsqlDbType.Text);
        copy.Write(line.Status, NpgsqlDbType.Integer);
        copy.Write(line.StartedMicroseconds, NpgsqlDbType.Bigint);
        copy.Write(line.DurationMicroseconds, NpgsqlDbType.Bigint);
        Usage(copy, line.Usage);
        var cost = line.Cost;
        Amount(copy, cost?.Total);
        Amount(copy, cost?.Input);
        Amount(copy, cost?.CachedInput);
        Amount(copy, cost?.CacheWrite);
        Amount(copy, cost?.Output);
        Amount(copy, cost?.Other);
        Amount(copy, line.Usage?.ReportedCost ?? cost?.Reported);
        Text(copy, cost?.Unpriced);
        if (cost?.PricePeriod is { } period)
        {
            // As SQLite and the chain have it: whole milliseconds.
            copy.Write(DateTimeOffset.FromUnixTimeMilliseconds(period.ToUnixTimeMilliseconds()).UtcDateTime, NpgsqlDbType.TimestampTz);
        }
        else
        {
            copy.WriteNull();
        }
        Text(copy, cost?.PriceSet);
    }

    private static void Usage(NpgsqlBinaryImporter copy, Usage? usage)
    {
        if (usage is null)
        {
            for (var i = 0; i < 7; i++)
            {
                copy.WriteNull();
            }
            return;
        }
        copy.Write(usage.Estimated, NpgsqlDbType.Boolean);
        copy.Write(usage.InputTokens, NpgsqlDbType.Bigint);
        copy.Write(usage.CachedInputTokens, NpgsqlDbType.Bigint);
        copy.Write(usage.CacheWriteTokens, NpgsqlDbType.Bigint);
        copy.Write(usage.OutputTokens, NpgsqlDbType.Bigint);
        copy.Write(usage.ReasoningTokens, NpgsqlDbType.Bigint);
        Text(copy, UsageUnits.Format(usage));
    }

    private static void Text(NpgsqlBinaryImporter copy, string? value)
    {
        if (value is null)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(value, NpgsqlDbType.Text);
        }
    }

    private static void Bytes(NpgsqlBinaryImporter copy, byte[]? value)
    {
        if (value is null)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(value, NpgsqlDbType.Bytea);
        }
    }

    private static void Number(NpgsqlBinaryImporter copy, long? value)
    {
        if (value is { } number)
        {
            copy.Write(number, NpgsqlDbType.Bigint);
        }
        else
        {
            copy.WriteNull();
        }
    }

    private static void Amount(NpgsqlBinaryImporter copy, decimal? value)
    {
        if (value is { } amount)
        {
            copy.Write(amount, NpgsqlDbType.Numeric);
        }
        else
        {
            copy.WriteNull();
        }
    }
}
