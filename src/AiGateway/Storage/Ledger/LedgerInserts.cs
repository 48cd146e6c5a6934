using AiGateway.Accounting.Ledger;
using AiGateway.Protocols;
using SQLitePCL;

namespace AiGateway.Storage.Ledger;

/// <summary>Writes requests and their lines.</summary>
internal sealed class LedgerInserts : IDisposable
{
    private readonly LedgerFile _file;
    private readonly Statement _request;
    private readonly Statement _line;

    public LedgerInserts(LedgerFile file)
    {
        _file = file;
        _request = file.Prepare("""
            INSERT INTO requests (id, at, caller, organisation, team, project, user_key, tags_key, alias, operation, deployment, provider, model,
              status, outcome, error, stream, estimated, cost, saved, unpriced, duration_us, upstream_us, first_token_us, config_version, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)
            ON CONFLICT (id) DO NOTHING
            """);
        _line = file.Prepare("""
            INSERT INTO lines (number, line, kind, deployment, provider, model, upstream_model, response_model, service_tier, dialect, outcome, status, started_us, duration_us,
              estimated, input, cached_input, cache_write, output, reasoning, units, cost, cost_input, cost_cached_input, cost_cache_write, cost_output, cost_other, cost_reported,
              unpriced, price_period, price_set)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)
            """);
    }

    /// <summary>Inserts a request with its lines.</summary>
    /// <returns>False when its id is there already; nothing is done then.</returns>
    public bool TryInsert(in ChainRow row, ReadOnlySpan<byte> hash)
    {
        var request = row.Request;
        _request.Bind(1, request.Id).Bind(2, request.At.ToUnixTimeMilliseconds())
            .Bind(3, request.Caller).Bind(4, request.Organisation).Bind(5, request.Team).Bind(6, request.Project).Bind(7, row.UserKey).Bind(8, row.TagsKey)
            .Bind(9, request.Alias).Bind(10, request.Operation).Bind(11, row.Deployment).Bind(12, row.Provider).Bind(13, row.Model)
            .Bind(14, (long)request.Status).Bind(15, request.Outcome).Bind(16, request.Error).Bind(17, request.IsStream ? 1L : 0L).Bind(18, row.IsEstimated ? 1L : 0L)
            .Bind(19, row.Cost).Bind(20, request.Saved).Bind(21, row.Unpriced)
            .Bind(22, request.DurationMicroseconds).Bind(23, request.UpstreamMicroseconds).Bind(24, request.FirstTokenMicroseconds).Bind(25, request.ConfigVersion).Bind(26, hash);
        if (_request.Run() == 0)
        {
            return false;
        }
        var number = raw.sqlite3_last_insert_rowid(_file.Handle);
        for (var i = 0; i < request.Lines.Length; i++)
        {
            Insert(number, i, request.Lines[i]);
        }
        return true;
    }

    public void Dispose()
    {
        _request.Dispose();
        _line.Dispose();
    }

    private void Insert(long number, int place, LedgerLine line)
    {
        _line.Bind(1, number).Bind(2, (long)place).Bind(3, LedgerWords.Of(line.Kind)).Bind(4, line.Deployment).Bind(5, line.Provider).Bind(6, line.Model)
            .Bind(7, line.UpstreamModel).Bind(8, line.ResponseModel).Bind(9, line.ServiceTier).Bind(10, line.Dialect).Bind(11, line.Outcome).Bind(12, (long)line.Status)
            .Bind(13, line.StartedMicroseconds).Bind(14, line.DurationMicroseconds);
        BindUsage(line.Usage, line.Cost?.Shares);
        var cost = line.Cost;
        _line.Bind(22, cost?.Total).Bind(23, cost?.Input).Bind(24, cost?.CachedInput).Bind(25, cost?.CacheWrite).Bind(26, cost?.Output).Bind(27, cost?.Other)
            .Bind(28, line.Usage?.ReportedCost ?? cost?.Reported).Bind(29, cost?.Unpriced).Bind(30, cost?.PricePeriod?.ToUnixTimeMilliseconds()).Bind(31, cost?.PriceSet).Run();
    }

    private void BindUsage(Usage? usage, string? shares) => _line
        .Bind(15, usage is null ? null : usage.Estimated ? 1L : 0L).Bind(16, usage?.InputTokens).Bind(17, usage?.CachedInputTokens).Bind(18, usage?.CacheWriteTokens)
        .Bind(19, usage?.OutputTokens).Bind(20, usage?.ReasoningTokens).Bind(21, usage is null ? null : UsageUnits.Format(usage, shares));
}
