using System.Text;
using AiGateway.Accounting.Corrections;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The entries of corrections and what belongs to them. Not thread-safe.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="timeout">The longest that a command may take, in seconds.</param>
internal sealed class PostgresCorrectionTable(NpgsqlConnection connection, int timeout)
{
    /// <summary>What keeps a closing from coming between what a transaction has read of closings and its commit. It lets readers and <c>pg_dump</c> go on.</summary>
    public const string HoldClosings = $"LOCK TABLE {LedgerTables.Name}.corrections IN ROW SHARE MODE";

    /// <summary>Selects the last closing; no row where no month is closed.</summary>
    public const string LastClosing = $"SELECT {CorrectionRow.Columns} FROM {LedgerTables.Name}.corrections WHERE kind = 'closing' ORDER BY place DESC LIMIT 1";

    // The setting that holds the end of the chain.
    private const string End = "last_correction";

    /// <summary>All entries, the oldest first.</summary>
    public List<Correction> All() => Entries("ORDER BY place");

    /// <summary>The ledger's name, which the chains begin with.</summary>
    /// <exception cref="InvalidDataException">It is gone.</exception>
    public string Ledger() => Encoding.ASCII.GetString(Setting("ledger") ?? throw new InvalidDataException("The ledger has no name."));

    /// <summary>Adds an entry with its place and hash, in a transaction of its own, after the appends that are under way.</summary>
    public Correction Add(Correction entry)
    {
        using var transaction = connection.BeginTransaction();
        Run("SET LOCAL lock_timeout = '15s'");
        Run($"LOCK TABLE {LedgerTables.Name}.corrections IN EXCLUSIVE MODE");
        entry = new CorrectionChain().Link(Ledger(), Entries("ORDER BY place DESC LIMIT 1").FirstOrDefault(), entry);
        Run(
            $"INSERT INTO {LedgerTables.Name}.corrections ({CorrectionRow.Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            entry.Place, CorrectionWords.Of(entry.Kind), entry.At.UtcDateTime, StorableRequest.Text(entry.By), entry.Reason, entry.Subject, entry.From.UtcDateTime, entry.To.UtcDateTime,
            entry.Zone, entry.OpenUntil?.UtcDateTime, entry.Prices, entry.Lines, entry.CostBefore, entry.CostAfter, entry.UnpricedBefore, entry.LinesHash.Length == 0 ? null : entry.LinesHash, entry.Hash);
        // The end of the chain, for whoever takes the last entry out.
        Run($"INSERT INTO {LedgerTables.Name}.settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value", End, entry.Hash);
        transaction.Commit();
        return entry;
    }

    /// <summary>The calls of restatements whose requests have these rows, the oldest restatement's first.</summary>
    /// <param name="places">The restatements.</param>
    /// <param name="node">The node of the rows.</param>
    /// <param name="after">The row before the first.</param>
    /// <param name="until">The last row.</param>
    public IEnumerable<RestatedLine> RestatedOf(long[] places, int node, long after, long until) => Restated(
        "correction = ANY($1) AND node = $2 AND number > $3 AND number <= $4 ORDER BY correction, number, line", places, node, after, until);

    /// <summary>Checks the chains over all entries.</summary>
    /// <param name="entries">Receives how many entries there are.</param>
    /// <returns>The first thing that does not fit; null when everything does.</returns>
    public string? Check(out int entries) => new CorrectionCheck(
        Ledger(), All, Setting(End), place => Restated("correction = $1 ORDER BY node, number, line", place), CostOf).Run(out entries);

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Run(string text, params ReadOnlySpan<object?> values)
    {
        using var command = Command(text, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>A command with the table's patience.</summary>
    public NpgsqlCommand Command(string text, params ReadOnlySpan<object?> values)
    {
        var command = PostgresDatabase.Command(connection, text, values);
        command.CommandTimeout = timeout;
        return command;
    }

    private List<Correction> Entries(string order)
    {
        var entries = new List<Correction>();
        using var rows = Command($"SELECT {CorrectionRow.Columns} FROM {LedgerTables.Name}.corrections {order}");
        using var reader = rows.ExecuteReader();
        var row = new PostgresRow(reader);
        while (reader.Read())
        {
            entries.Add(CorrectionRow.Read(row));
        }
        return entries;
    }

    private IEnumerable<RestatedLine> Restated(string condition, params object?[] values)
    {
        using var lines = Command($"SELECT {RestatedRow.Columns}, node FROM {LedgerTables.Name}.restated_lines WHERE {condition}", values);
        using var reader = lines.ExecuteReader();
        var row = new PostgresRow(reader);
        while (reader.Read())
        {
            yield return RestatedRow.Read(row, (int)row.Number(RestatedRow.Count));
        }
    }

    private decimal CostOf(long place)
    {
        // As text: a sum of amounts that somebody has changed may be no decimal.
        using var sum = Command($"SELECT COALESCE(SUM(cost), 0)::text FROM {LedgerTables.Name}.adjustment_sums WHERE correction = $1", place);
        return RollupRow.Amount(sum.ExecuteScalar() as string ?? "");
    }

    private byte[]? Setting(string name)
    {
        using var setting = Command($"SELECT value FROM {LedgerTables.Name}.settings WHERE name = $1", name);
        return setting.ExecuteScalar() as byte[];
    }
}
