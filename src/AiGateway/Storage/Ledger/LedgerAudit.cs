using System.Globalization;
using AiGateway.Accounting.Ledger;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage.Ledger;

/// <summary>What an operator does with the ledger's file beside the gateway.</summary>
internal sealed class LedgerAudit(string path, TimeProvider clock) : ILedgerAudit
{
    /// <inheritdoc />
    public LedgerVerdict Verify(DateTimeOffset? from, DateTimeOffset? to) => Run(() =>
    {
        using var file = LedgerFile.OpenToRead(path);
        // One transaction: the gateway may append meanwhile.
        file.Execute("BEGIN");
        using var heads = new HeadTable(file);
        var check = new ChainCheck(file.Node, from, to);
        var corrections = 0;
        var problem = check.ReadHeads(heads.All()) ?? ReadRows(file, check) ?? check.CompareHeads() ?? CorrectionTable.Check(file, out corrections);
        var verdict = check.Verdict(corrections, problem);
        file.Execute("COMMIT");
        return verdict;
    });

    /// <inheritdoc />
    public IReadOnlyList<KeyValuePair<string, string>> Statistics() => Run(() =>
    {
        using var file = LedgerFile.OpenToRead(path);
        var figures = new List<KeyValuePair<string, string>>();
        void Add(string name, string question)
        {
            using var statement = file.Prepare(question);
            figures.Add(new(name, statement.Step() ? statement.OptionalText(0) ?? "-" : "-"));
        }
        Add("node", "SELECT CAST(value AS TEXT) FROM settings WHERE name = 'node'");
        Add("form", "SELECT MAX(version) FROM versions");
        Add("requests", "SELECT (SELECT COUNT(*) FROM entries) + (SELECT COUNT(*) FROM requests_1)");
        Add("lines", "SELECT (SELECT COUNT(call_words) FROM entries) + (SELECT COUNT(*) FROM more_lines) + (SELECT COUNT(*) FROM lines_1)");
        Add("removed by retention", "SELECT COALESCE(SUM(removed), 0) FROM heads");
        Add("first day", "SELECT strftime('%Y-%m-%d', MIN(day) / 1000, 'unixepoch') FROM heads");
        Add("last day", "SELECT strftime('%Y-%m-%d', MAX(day) / 1000, 'unixepoch') FROM heads");
        Add("sums by hour", "SELECT COUNT(*) FROM hours");
        Add("sums by day", "SELECT COUNT(*) FROM days");
        Add("closings and restatements", "SELECT COUNT(*) FROM corrections");
        Add("restated calls", "SELECT COUNT(*) FROM restated_lines");
        Add("users and sets of tags", "SELECT COUNT(*) FROM personal");
        Add("calls without a record yet", "SELECT COUNT(*) FROM intents");
        figures.Add(new("bytes", new FileInfo(path).Length.ToString(CultureInfo.InvariantCulture)));
        var queue = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, QueueFolder.RootName);
        var waiting = Directory.Exists(queue) ? Directory.EnumerateFiles(queue, "*.wal", SearchOption.AllDirectories).Sum(static segment => new FileInfo(segment).Length) : 0;
        figures.Add(new("bytes of the queue's files", waiting.ToString(CultureInfo.InvariantCulture)));
        return figures;
    });

    /// <inheritdoc />
    public int Erase(string user) => Run(() =>
    {
        using var file = OpenThatIsThere();
        file.Execute("PRAGMA secure_delete = ON");
        var erased = 0;
        file.InTransaction(() =>
        {
            var salt = file.Setting("salt") ?? throw new InvalidDataException("The ledger has no salt.");
            using var remove = file.Prepare("DELETE FROM personal WHERE lookup = ?1");
            erased = remove.Bind(1, PersonalKeys.Lookup(salt, PersonalKeys.User, user)).Run();
            foreach (var lookup in TagsWith(file, user))
            {
                erased += remove.Bind(1, lookup).Run();
            }
        });
        // What was erased must not lie in the log either.
        file.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return erased;
    });

    /// <inheritdoc />
    public void Backup(string target) => Run(() =>
    {
        if (File.Exists(target))
        {
            throw new IOException($"{target} is there already. Name a new file.");
        }
        using var file = OpenThatIsThere();
        PrivateFile.Make(target);
        using var copy = file.Prepare("VACUUM INTO ?1");
        copy.Bind(1, Path.GetFullPath(target)).Run();
        return 0;
    });

    private static string? ReadRows(LedgerFile file, ChainCheck check)
    {
        using var rows = new LedgerRows(file);
        try
        {
            while (rows.TryRead(out var row))
            {
                if (check.ReadRow(row, rows.Number, rows.Hash) is { } problem)
                {
                    return problem;
                }
            }
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            return $"Row {rows.Number} holds a value that was never written: {e.Message}";
        }
        return rows.HasStrayLines ? ChainCheck.StrayLines : null;
    }

    private LedgerFile OpenThatIsThere()
    {
        LedgerFile.OpenToRead(path).Dispose();
        return LedgerFile.OpenToWrite(path, clock);
    }

    private static List<byte[]> TagsWith(LedgerFile file, string user)
    {
        var found = new List<byte[]>();
        using var all = file.Prepare("SELECT lookup, value FROM personal WHERE kind = ?1");
        all.Bind(1, PersonalKeys.Tags);
        while (all.Step())
        {
            if (PersonalTags.Hold(all.Text(1), user))
            {
                found.Add(all.Bytes(0).ToArray());
            }
        }
        return found;
    }

    private T Run<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            throw new LedgerStoreException(e is IOException or InvalidDataException ? e.Message : $"{path}: {e.Message}", e);
        }
    }
}
