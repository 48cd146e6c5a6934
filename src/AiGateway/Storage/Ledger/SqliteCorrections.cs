using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage.Ledger;

/// <summary>The ledger's corrections in its SQLite file.</summary>
/// <remarks>A lock on a file beside it keeps a second writer out, and ends with the process: a closing must not come between what is staged and what counts.</remarks>
internal sealed class SqliteCorrections : ICorrectionStore
{
    private const string LockName = "ledger-corrections.lock";
    private const int RemovedAtOnce = 5_000;

    // The gateway's commits wait while what these change is written: a few hundredths of a second.
    private const int RowsAtOnce = 2_000;

    private readonly string _path;
    private readonly LedgerFile _file;
    private readonly FileStream? _lock;
    private readonly RestatedLines _lines;
    private readonly AdjustmentTable? _adjustments;
    private readonly CorrectionChain _chain = new();
    private readonly byte[] _running;
    private readonly long _place;

    private SqliteCorrections(string path, LedgerFile file, FileStream? @lock)
    {
        (_path, _file, _lock) = (path, file, @lock);
        _lines = new RestatedLines(file);
        _place = CorrectionTable.Last(file) + 1;
        _running = _chain.Genesis(file.Node, _place);
        if (@lock is not null)
        {
            RemoveStaged();
            _adjustments = new AdjustmentTable(file);
        }
    }

    /// <summary>Opens a ledger to read only, for dry runs and lists.</summary>
    /// <exception cref="LedgerStoreException">There is none, or it cannot be read.</exception>
    public static SqliteCorrections OpenToRead(string path) => Run(path, () => Open(path, LedgerFile.OpenToRead(path), null));

    /// <summary>Opens a ledger that is there to write.</summary>
    /// <exception cref="LedgerStoreException">There is none, it cannot be written, or another correction is being made.</exception>
    public static SqliteCorrections OpenToWrite(string path, TimeProvider clock) => Run(path, () =>
    {
        LedgerFile.OpenToRead(path).Dispose();
        var held = Lock(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, LockName));
        try
        {
            return Open(path, LedgerFile.OpenToWrite(path, clock), held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    });

    /// <inheritdoc />
    public IReadOnlyList<Correction> All() => Run(_path, () => CorrectionTable.Read(_file));

    /// <inheritdoc />
    public long Removed(DateTimeOffset from, DateTimeOffset to) => Run(_path, () =>
    {
        using var removed = _file.Prepare("SELECT COALESCE(SUM(removed), 0) FROM heads WHERE day >= ?1 AND day < ?2");
        removed.Bind(1, ChainHeads.DayOf(from.ToUnixTimeMilliseconds())).Bind(2, to.ToUnixTimeMilliseconds());
        return removed.Step() ? removed.Number(0) : 0;
    });

    /// <inheritdoc />
    public IEnumerable<IReadOnlyList<BookedRequest>> Read(DateTimeOffset from, DateTimeOffset to)
    {
        var (after, until) = Run(_path, () => Rows(from, to));
        for (; after < until; after += RowsAtOnce)
        {
            yield return Run(_path, () => Read(after, Math.Min(after + RowsAtOnce, until), from, to));
        }
    }

    /// <inheritdoc />
    public void Stage(IReadOnlyList<RestatedLine> lines, AdjustmentSums sums) => Run(_path, () =>
    {
        _file.InTransaction(() =>
        {
            foreach (var line in lines)
            {
                _lines.Add(_place, line);
            }
            foreach (var ((at, hour, key), change) in sums.All)
            {
                _adjustments!.Add(at, hour, _place, key, change);
            }
        });
        foreach (var line in lines)
        {
            _chain.Next(_running, line, _running);
        }
        return 0;
    });

    /// <inheritdoc />
    public Correction Add(Correction entry) => Run(_path, () =>
    {
        var added = entry;
        _file.InTransaction(() => added = CorrectionTable.Add(_file, entry.Kind == CorrectionKind.Restatement ? entry with { LinesHash = [.. _running] } : entry));
        return added;
    });

    /// <inheritdoc />
    public void Dispose()
    {
        _lines.Dispose();
        _adjustments?.Dispose();
        _file.Dispose();
        _lock?.Dispose();
    }

    // The rows between which those of a period lie, the first not included; both 0 where there are none.
    private (long After, long Until) Rows(DateTimeOffset from, DateTimeOffset to)
    {
        using var rows = _file.Prepare("""
            SELECT COALESCE(MIN(first) - 1, 0), COALESCE(MAX(last), 0) FROM (
              SELECT MIN(number) AS first, MAX(number) AS last FROM entries WHERE at >= ?1 AND at < ?2
              UNION ALL SELECT MIN(number), MAX(number) FROM requests_1 WHERE at >= ?1 AND at < ?2)
            """);
        rows.Bind(1, from.ToUnixTimeMilliseconds()).Bind(2, to.ToUnixTimeMilliseconds());
        return rows.Step() ? (rows.Number(0), rows.Number(1)) : (0, 0);
    }

    private List<BookedRequest> Read(long after, long until, DateTimeOffset from, DateTimeOffset to)
    {
        var found = new List<BookedRequest>();
        using (var rows = new LedgerRows(_file, after, until))
        {
            while (rows.TryRead(out var row))
            {
                if (row.Request.At >= from && row.Request.At < to)
                {
                    found.Add(new BookedRequest(Node: 0, rows.Number, row.Request, Array.ConvertAll(row.Request.Lines, static line => line.Cost)));
                }
            }
        }
        for (var place = 1L; place < _place; place++)
        {
            var next = 0;
            foreach (var line in _lines.Of(place, after, until))
            {
                while (next < found.Count && found[next].Number < line.Number)
                {
                    next++;
                }
                // A row that retention has removed may have given its number to another.
                if (next < found.Count && found[next].Number == line.Number && found[next].Request.Id == line.Request)
                {
                    found[next].Costs[line.Line] = line.After;
                }
            }
        }
        return found;
    }

    private static SqliteCorrections Open(string path, LedgerFile file, FileStream? held)
    {
        try
        {
            return new SqliteCorrections(path, file, held);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new LedgerStoreException($"Another restatement or closing is being made ({path} is held). Wait until it has ended.", e);
        }
    }

    /// <summary>What a restatement that was killed has left: nothing of it counts.</summary>
    private void RemoveStaged()
    {
        using var lines = _file.Prepare("DELETE FROM restated_lines WHERE correction = ?1 AND (number, line) IN (SELECT number, line FROM restated_lines WHERE correction = ?1 LIMIT ?2)");
        while (lines.Bind(1, _place).Bind(2, (long)RemovedAtOnce).Run() > 0)
        {
            // In pieces: the gateway commits in between.
        }
        using var adjustments = _file.Prepare("DELETE FROM adjustments WHERE correction = ?1");
        adjustments.Bind(1, _place).Run();
    }

    private static T Run<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or OverflowException or ArgumentException)
        {
            throw new LedgerStoreException(e is IOException or InvalidDataException ? e.Message : $"{path}: {e.Message}", e);
        }
    }
}
