using System.Globalization;
using System.Text.Json;
using AiGateway.Accounting.Ledger;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage.Ledger;

/// <summary>What an operator does with the ledger's file beside the gateway: verify, look at its size, erase, back up.</summary>
internal sealed class LedgerAudit(string path, TimeProvider clock)
{
    /// <summary>Recomputes the chain and looks for the first row that does not fit it.</summary>
    /// <param name="from">The first day; null for all.</param>
    /// <param name="to">The day after the last; null for all.</param>
    /// <exception cref="LedgerStoreException">The file cannot be read.</exception>
    public LedgerVerdict Verify(DateTimeOffset? from, DateTimeOffset? to) => Run(() =>
    {
        using var file = LedgerFile.OpenToRead(path);
        // One transaction: the gateway may append meanwhile.
        file.Execute("BEGIN");
        var verdict = new ChainCheck(file, from?.ToUnixTimeMilliseconds() ?? long.MinValue, to?.ToUnixTimeMilliseconds() ?? long.MaxValue).Run();
        file.Execute("COMMIT");
        return verdict;
    });

    /// <summary>What the file holds: names and figures, in the order in which they are to be shown.</summary>
    /// <exception cref="LedgerStoreException">The file cannot be read.</exception>
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
        Add("requests", "SELECT COUNT(*) FROM requests");
        Add("lines", "SELECT COUNT(*) FROM lines");
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

    /// <summary>Erases a user's name, and sets of tags that hold it as a value. Amounts and chain stay as they are.</summary>
    /// <returns>How many entries were erased.</returns>
    /// <exception cref="LedgerStoreException">The file cannot be written.</exception>
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

    /// <summary>Copies the ledger as it is now, whole, while the gateway runs.</summary>
    /// <param name="target">The new file; there must be none.</param>
    /// <exception cref="LedgerStoreException">It cannot be copied.</exception>
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
            using var tags = JsonDocument.Parse(all.Text(1));
            if (tags.RootElement.EnumerateObject().Any(tag => tag.Value.ValueEquals(user)))
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
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or JsonException)
        {
            throw new LedgerStoreException(e is IOException or InvalidDataException ? e.Message : $"{path}: {e.Message}", e);
        }
    }
}
