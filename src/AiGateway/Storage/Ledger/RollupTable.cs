using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>One table of sums. Amounts are added here and not in SQL, which would make floats of them.</summary>
internal sealed class RollupTable : IDisposable
{
    /// <summary>Finds a key that <see cref="BindKey"/> has bound.</summary>
    public const string Key = "at = ?1 AND caller = ?2 AND organisation = ?3 AND team = ?4 AND project = ?5 AND alias = ?6 AND operation = ?7 AND deployment = ?8 AND provider = ?9 AND model = ?10 AND status = ?11 AND kind = ?12 AND labels = ?13";

    private const int MostKnown = 20_000;

    private readonly Statement _find;
    private readonly Statement _put;
    private readonly Dictionary<(long At, RollupKey Key), LedgerSums> _known = [];

    /// <summary>Prepares the statements for a table.</summary>
    /// <param name="file">The file.</param>
    /// <param name="table"><c>hours</c> or <c>days</c>.</param>
    public RollupTable(LedgerFile file, string table)
    {
        _find = file.Prepare($"SELECT {RollupRow.Columns} FROM {table} WHERE {Key}");
        _put = file.Prepare($"""
            INSERT OR REPLACE INTO {table} (at, caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind, labels, {RollupRow.Columns})
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)
            """);
    }

    /// <summary>Adds sums to what stands under a key.</summary>
    public void Add(long at, in RollupKey key, LedgerSums sums)
    {
        if (_known.TryGetValue((at, key), out var before))
        {
            before.Add(sums);
        }
        else
        {
            if (_known.Count >= MostKnown)
            {
                _known.Clear();
            }
            before = Find(at, key);
            before.Add(sums);
            _known[(at, key)] = before;
        }
        sums = before;
        BindKey(_put, at, key);
        BindSums(_put, sums);
        _put.Run();
    }

    /// <summary>Forgets what it has read: others may have changed it.</summary>
    public void Forget() => _known.Clear();

    public void Dispose()
    {
        _find.Dispose();
        _put.Dispose();
    }

    private LedgerSums Find(long at, in RollupKey key)
    {
        BindKey(_find, at, key);
        if (!_find.Step())
        {
            return new LedgerSums();
        }
        var sums = RollupRow.Read(_find, 0);
        _find.Reset();
        return sums;
    }

    /// <summary>Binds a key to parameters 1 to 13.</summary>
    public static void BindKey(Statement statement, long at, in RollupKey key) => statement
        .Bind(1, at).Bind(2, key.Caller).Bind(3, key.Organisation).Bind(4, key.Team).Bind(5, key.Project).Bind(6, key.Alias).Bind(7, key.Operation)
        .Bind(8, key.Deployment).Bind(9, key.Provider).Bind(10, key.Model).Bind(11, key.Status).Bind(12, key.Kind).Bind(13, key.Labels);

    /// <summary>Binds sums to parameters 14 to 27.</summary>
    public static void BindSums(Statement statement, LedgerSums sums) => statement
        .Bind(14, sums.Requests).Bind(15, sums.Errors).Bind(16, sums.Calls).Bind(17, sums.Estimated).Bind(18, sums.Unpriced).Bind(19, sums.UnpricedTokens)
        .Bind(20, sums.Input).Bind(21, sums.CachedInput).Bind(22, sums.CacheWrite).Bind(23, sums.Output).Bind(24, sums.Reasoning)
        .Bind(25, sums.DurationMicroseconds).Bind(26, sums.Cost).Bind(27, sums.Saved);
}
