using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>What changes in the sums after they were made: by restatements, and by records of closed months that came late.</summary>
internal sealed class AdjustmentTable : IDisposable
{
    /// <summary>In place of a restatement: a record that came late.</summary>
    public const long Late = 0;

    private readonly Statement _find;
    private readonly Statement _put;

    public AdjustmentTable(LedgerFile file)
    {
        _find = file.Prepare($"SELECT {RollupRow.Columns} FROM adjustments WHERE {RollupTable.Key} AND hour = ?14 AND correction = ?15");
        _put = file.Prepare($"""
            INSERT OR REPLACE INTO adjustments (at, caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind, labels, {RollupRow.Columns}, hour, correction)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)
            """);
    }

    /// <summary>Adds to what stands under a key.</summary>
    /// <param name="at">The hour in which it counts.</param>
    /// <param name="hour">The hour that it is of.</param>
    /// <param name="correction">The restatement's place, or <see cref="Late"/>.</param>
    /// <param name="key">The key.</param>
    /// <param name="sums">What is added; negative for less.</param>
    public void Add(long at, long hour, long correction, in RollupKey key, LedgerSums sums)
    {
        RollupTable.BindKey(_find, at, key);
        _find.Bind(14, hour).Bind(15, correction);
        var total = new LedgerSums();
        if (_find.Step())
        {
            total = RollupRow.Read(_find, 0);
            _find.Reset();
        }
        total.Add(sums);
        RollupTable.BindKey(_put, at, key);
        RollupTable.BindSums(_put, total);
        _put.Bind(28, hour).Bind(29, correction).Run();
    }

    /// <summary>What a correction changes in the sums altogether, in USD.</summary>
    /// <exception cref="InvalidDataException">A value is no amount.</exception>
    public static decimal CostOf(LedgerFile file, long correction)
    {
        var change = 0m;
        using var costs = file.Prepare("SELECT cost FROM adjustments WHERE correction = ?1");
        costs.Bind(1, correction);
        while (costs.Step())
        {
            change += RollupRow.Amount(costs.Text(0));
        }
        return change;
    }

    public void Dispose()
    {
        _find.Dispose();
        _put.Dispose();
    }
}
