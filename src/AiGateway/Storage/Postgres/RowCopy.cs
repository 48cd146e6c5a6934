using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Protocols;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Writes many rows at once.</summary>
internal static class RowCopy
{
    private const string RequestColumns = """
        node, number, id, at, caller, organisation, team, project, user_key, tags_key, alias, operation, deployment, provider, model,
          status, outcome, error, stream, estimated, cost, saved, unpriced, duration_us, upstream_us, first_token_us, config_version, hash, labels
        """;

    private const string LineColumns = """
        node, number, at, line, kind, deployment, provider, model, upstream_model, response_model, service_tier, dialect, outcome, status,
          started_us, duration_us, estimated, input, cached_input, cache_write, output, reasoning, units,
          cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, cost_reported, unpriced, price_period, price_set
        """;

    /// <summary>Writes a batch's requests.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="node">The node's number.</param>
    /// <param name="before">The number of the row before the first.</param>
    /// <param name="rows">The rows in the order of the chain, with the hashes of the links that end with them.</param>
    public static void Requests(NpgsqlConnection connection, int node, long before, List<(ChainRow Row, byte[]? Hash)> rows)
    {
        using var copy = new CopyRow(connection, "requests", RequestColumns);
        foreach (var (row, hash) in rows)
        {
            var request = row.Request;
            copy.Start().Integer(node).Number(++before).Text(request.Id).Time(request.At).Text(request.Caller).Text(request.Organisation).Text(request.Team).Text(request.Project)
                .Bytes(row.UserKey).Bytes(row.TagsKey).Text(request.Alias).Text(request.Operation).Text(row.Deployment).Text(row.Provider).Text(row.Model)
                .Integer(request.Status).Text(request.Outcome).Text(request.Error).Truth(request.IsStream).Truth(row.IsEstimated)
                .Amount(row.Cost).Amount(request.Saved).Number(row.Unpriced)
                .Number(request.DurationMicroseconds).Number(request.UpstreamMicroseconds).Number(request.FirstTokenMicroseconds)
                .Text(request.ConfigVersion).Bytes(hash).Text(request.Labels);
        }
        copy.Complete();
    }

    /// <summary>Writes the requests' lines.</summary>
    public static void Lines(NpgsqlConnection connection, int node, long before, List<(ChainRow Row, byte[]? Hash)> rows)
    {
        using var copy = new CopyRow(connection, "lines", LineColumns);
        foreach (var (row, _) in rows)
        {
            before++;
            for (var i = 0; i < row.Request.Lines.Length; i++)
            {
                copy.Start().Integer(node).Number(before).Time(row.Request.At).Integer(i);
                Line(copy, row.Request.Lines[i]);
            }
        }
        copy.Complete();
    }

    /// <summary>Writes the calls of a restatement.</summary>
    public static void Restated(NpgsqlConnection connection, long correction, IReadOnlyList<RestatedLine> lines)
    {
        using var copy = new CopyRow(connection, "restated_lines", $"correction, node, {RestatedRow.Columns}");
        foreach (var line in lines)
        {
            var (before, after) = (line.Before, line.After);
            copy.Start().Number(correction).Integer(line.Node).Number(line.Number).Integer(line.Line).Text(line.Request)
                .Amount(before.Total).Text(before.Unpriced).Milliseconds(before.PricePeriod).Text(before.PriceSet)
                .Amount(after.Total).Amount(after.Input).Amount(after.CachedInput).Amount(after.CacheWrite).Amount(after.Output).Amount(after.Other)
                .Text(after.Unpriced).Milliseconds(after.PricePeriod).Text(after.PriceSet);
        }
        copy.Complete();
    }

    private static void Line(CopyRow copy, LedgerLine line)
    {
        copy.Text(LedgerWords.Of(line.Kind)).Text(line.Deployment).Text(line.Provider).Text(line.Model).Text(line.UpstreamModel).Text(line.ResponseModel)
            .Text(line.ServiceTier).Text(line.Dialect).Text(line.Outcome).Integer(line.Status).Number(line.StartedMicroseconds).Number(line.DurationMicroseconds);
        var cost = line.Cost;
        Usage(copy, line.Usage, cost?.Shares);
        copy.Amount(cost?.Total).Amount(cost?.Input).Amount(cost?.CachedInput).Amount(cost?.CacheWrite).Amount(cost?.Output).Amount(cost?.Other)
            .Amount(line.Usage?.ReportedCost ?? cost?.Reported).Text(cost?.Unpriced).Milliseconds(cost?.PricePeriod).Text(cost?.PriceSet);
    }

    private static void Usage(CopyRow copy, Usage? usage, string? shares) => copy
        .Truth(usage?.Estimated).Number(usage?.InputTokens).Number(usage?.CachedInputTokens).Number(usage?.CacheWriteTokens)
        .Number(usage?.OutputTokens).Number(usage?.ReasoningTokens).Text(usage is null ? null : UsageUnits.Format(usage, shares));
}
