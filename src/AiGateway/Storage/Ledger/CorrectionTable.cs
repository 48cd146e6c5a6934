using System.Text;
using AiGateway.Accounting.Corrections;

namespace AiGateway.Storage.Ledger;

/// <summary>The entries of corrections.</summary>
internal static class CorrectionTable
{
    private const string Columns =
        "place, kind, at, made_by, reason, subject, from_at, to_at, zone, open_until, prices, lines, cost_before, cost_after, unpriced_before, lines_hash, hash";

    /// <summary>All entries, the oldest first.</summary>
    public static List<Correction> Read(LedgerFile file)
    {
        var entries = new List<Correction>();
        using var rows = file.Prepare($"SELECT {Columns} FROM corrections ORDER BY place");
        while (rows.Step())
        {
            entries.Add(Entry(rows));
        }
        return entries;
    }

    /// <summary>The last closing; null where no month is closed.</summary>
    public static Correction? LastClosing(LedgerFile file)
    {
        using var rows = file.Prepare($"SELECT {Columns} FROM corrections WHERE kind = 'closing' ORDER BY place DESC LIMIT 1");
        return rows.Step() ? Entry(rows) : null;
    }

    /// <summary>The place of the last entry; 0 for none.</summary>
    public static long Last(LedgerFile file)
    {
        using var last = file.Prepare("SELECT COALESCE(MAX(place), 0) FROM corrections");
        return last.Step() ? last.Number(0) : 0;
    }

    /// <summary>The node's name, which the chains begin with.</summary>
    public static string Node(LedgerFile file) => Encoding.ASCII.GetString(file.Setting("node") ?? throw new InvalidDataException("The ledger has no node's name."));

    /// <summary>Adds an entry with its place and hash.</summary>
    public static Correction Add(LedgerFile file, Correction entry)
    {
        var chain = new CorrectionChain();
        var before = chain.Genesis(Node(file));
        using (var last = file.Prepare("SELECT hash FROM corrections ORDER BY place DESC LIMIT 1"))
        {
            if (last.Step())
            {
                before = last.Bytes(0).ToArray();
            }
        }
        entry = entry with { Place = Last(file) + 1 };
        entry = entry with { Hash = chain.Next(before, entry) };
        using var insert = file.Prepare($"INSERT INTO corrections ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
        insert.Bind(1, entry.Place).Bind(2, CorrectionWords.Of(entry.Kind)).Bind(3, entry.At.ToUnixTimeMilliseconds()).Bind(4, entry.By).Bind(5, entry.Reason)
            .Bind(6, entry.Subject).Bind(7, entry.From.ToUnixTimeMilliseconds()).Bind(8, entry.To.ToUnixTimeMilliseconds()).Bind(9, entry.Zone)
            .Bind(10, entry.OpenUntil?.ToUnixTimeMilliseconds()).Bind(11, entry.Prices).Bind(12, entry.Lines).Bind(13, entry.CostBefore).Bind(14, entry.CostAfter)
            .Bind(15, entry.UnpricedBefore).Bind(16, entry.LinesHash.Length == 0 ? null : entry.LinesHash).Bind(17, entry.Hash).Run();
        // The end of the chain, for whoever takes the last entry out.
        using var head = file.Prepare("INSERT OR REPLACE INTO settings (name, value) VALUES ('last_correction', ?1)");
        head.Bind(1, entry.Hash).Run();
        return entry;
    }

    private static Correction Entry(Statement row) => new()
    {
        Place = row.Number(0),
        Kind = CorrectionWords.KindOf(row.Text(1)),
        At = Time(row.Number(2)),
        By = row.Text(3),
        Reason = row.OptionalText(4),
        Subject = row.Text(5),
        From = Time(row.Number(6)),
        To = Time(row.Number(7)),
        Zone = row.OptionalText(8),
        OpenUntil = row.OptionalNumber(9) is { } until ? Time(until) : null,
        Prices = row.OptionalText(10),
        Lines = row.Number(11),
        CostBefore = RollupRow.Amount(row.Text(12)),
        CostAfter = RollupRow.Amount(row.Text(13)),
        UnpricedBefore = row.Number(14),
        LinesHash = row.Bytes(15).ToArray(),
        Hash = row.Bytes(16).ToArray(),
    };

    private static DateTimeOffset Time(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at);
}
