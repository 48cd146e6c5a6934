using AiGateway.Accounting.Corrections;

namespace AiGateway.Storage.Ledger;

/// <summary>The entries of corrections.</summary>
internal static class CorrectionTable
{
    // The setting that holds the end of the chain.
    private const string End = "last_correction";

    /// <summary>All entries, the oldest first.</summary>
    public static List<Correction> Read(LedgerFile file)
    {
        var entries = new List<Correction>();
        using var rows = file.Prepare($"SELECT {CorrectionRow.Columns} FROM corrections ORDER BY place");
        while (rows.Step())
        {
            entries.Add(CorrectionRow.Read(rows));
        }
        return entries;
    }

    /// <summary>The last closing; null where no month is closed.</summary>
    public static Correction? LastClosing(LedgerFile file) => First(file, "WHERE kind = 'closing' ORDER BY place DESC LIMIT 1");

    /// <summary>The place of the last entry; 0 for none.</summary>
    public static long Last(LedgerFile file)
    {
        using var last = file.Prepare("SELECT COALESCE(MAX(place), 0) FROM corrections");
        return last.Step() ? last.Number(0) : 0;
    }

    /// <summary>Adds an entry with its place and hash.</summary>
    public static Correction Add(LedgerFile file, Correction entry)
    {
        entry = new CorrectionChain().Link(file.Node, LastEntry(file), entry);
        using var insert = file.Prepare($"INSERT INTO corrections ({CorrectionRow.Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
        insert.Bind(1, entry.Place).Bind(2, CorrectionWords.Of(entry.Kind)).Bind(3, entry.At.ToUnixTimeMilliseconds()).Bind(4, entry.By).Bind(5, entry.Reason)
            .Bind(6, entry.Subject).Bind(7, entry.From.ToUnixTimeMilliseconds()).Bind(8, entry.To.ToUnixTimeMilliseconds()).Bind(9, entry.Zone)
            .Bind(10, entry.OpenUntil?.ToUnixTimeMilliseconds()).Bind(11, entry.Prices).Bind(12, entry.Lines).Bind(13, entry.CostBefore).Bind(14, entry.CostAfter)
            .Bind(15, entry.UnpricedBefore).Bind(16, entry.LinesHash.Length == 0 ? null : entry.LinesHash).Bind(17, entry.Hash).Run();
        // The end of the chain, for whoever takes the last entry out.
        using var head = file.Prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)");
        head.Bind(1, End).Bind(2, entry.Hash).Run();
        return entry;
    }

    /// <summary>Checks the chains over all entries.</summary>
    /// <param name="file">In a transaction.</param>
    /// <param name="entries">Receives how many entries there are.</param>
    /// <returns>The first thing that does not fit; null when everything does.</returns>
    public static string? Check(LedgerFile file, out int entries)
    {
        using var restated = new RestatedLines(file);
        return new CorrectionCheck(file.Node, () => Read(file), file.Setting(End), place => restated.Of(place), place => AdjustmentTable.CostOf(file, place)).Run(out entries);
    }

    private static Correction? LastEntry(LedgerFile file) => First(file, "ORDER BY place DESC LIMIT 1");

    private static Correction? First(LedgerFile file, string order)
    {
        using var rows = file.Prepare($"SELECT {CorrectionRow.Columns} FROM corrections {order}");
        return rows.Step() ? CorrectionRow.Read(rows) : null;
    }
}
