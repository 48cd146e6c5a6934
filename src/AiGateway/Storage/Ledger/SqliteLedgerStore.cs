using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage.Ledger;

/// <summary>The ledger in one SQLite file.</summary>
/// <remarks>A fault closes the file, and the next call opens it anew: a file that was mended, unlocked or made again is used at once.</remarks>
internal sealed class SqliteLedgerStore(string path, TimeProvider clock) : ILedgerStore
{
    private const int RemovedAtOnce = 2_000;

    private readonly Rollup _rollup = new();
    private LedgerFile? _file;
    private LedgerInserts? _inserts;
    private HeadTable? _headTable;
    private ChainHeads? _heads;
    private PersonalKeys? _personal;
    private IntentTable? _intents;
    private RollupTable? _hourTable;
    private RollupTable? _dayTable;
    private AdjustmentTable? _adjustmentTable;

    /// <inheritdoc />
    public int Append(LedgerBatch batch) => Run(file =>
    {
        var added = 0;
        file.InTransaction(() => added = AppendUncommitted(batch));
        return added;
    });

    /// <inheritdoc />
    public int SettleIntents(string process) => Run(file =>
    {
        var added = 0;
        file.InTransaction(() =>
        {
            var lost = new LedgerBatch();
            lost.Requests.AddRange(_intents!.Of(process).Select(LedgerRequests.Lost));
            added = AppendUncommitted(lost);
        });
        return added;
    });

    /// <inheritdoc />
    public long Sweep(DateTimeOffset limit) => Run(file =>
    {
        var before = ChainHeads.DayOf(limit.ToUnixTimeMilliseconds());
        var removed = 0L;
        while (Remaining(file, before) > 0)
        {
            var step = RemoveSome(file, before, "requests_1", "lines_1") + RemoveSome(file, before, "entries", "more_lines");
            if (step == 0)
            {
                break;
            }
            removed += step;
        }
        if (removed > 0)
        {
            RemoveUnused(file, before);
            Forget();
            file.Execute("PRAGMA incremental_vacuum(4000)");
        }
        return removed;
    });

    /// <inheritdoc />
    public void Dispose() => Close();

    private int AppendUncommitted(LedgerBatch batch)
    {
        if (_file!.HasChanged())
        {
            Forget();
        }
        _rollup.Clear();
        _inserts!.Begin();
        var added = 0;
        batch.Visit(request => added += TryAppend(request) ? 1 : 0, _intents!.Add);
        _inserts.MoveSumsTo(_rollup);
        _headTable!.Save(_heads!.Close());
        WriteRollups(CorrectionTable.LastClosing(_file!));
        return added;
    }

    private bool TryAppend(LedgerRequest request)
    {
        var day = ChainHeads.DayOf(request.At.ToUnixTimeMilliseconds());
        var row = ChainRow.For(request, _personal!.For(PersonalKeys.User, request.User, day), _personal.For(PersonalKeys.Tags, request.Tags, day));
        var isNew = _inserts!.TryInsert(row);
        if (isNew)
        {
            _heads!.Add(row, _inserts.Number);
        }
        _intents!.Remove(request.Id);
        return isNew;
    }

    private void WriteRollups(Correction? closing)
    {
        var (openFrom, bookedAt) = closing is null ? (long.MinValue, 0) : (closing.To.ToUnixTimeMilliseconds(), closing.BookedAt(clock.GetUtcNow()).ToUnixTimeMilliseconds());
        foreach (var ((hour, key), sums) in _rollup.Sums)
        {
            if (hour < openFrom)
            {
                // Its month is closed: the figures of that stand, and this counts in the first open one.
                _adjustmentTable!.Add(bookedAt, hour, AdjustmentTable.Late, key, sums);
                continue;
            }
            _hourTable!.Add(hour, key, sums);
        }
        foreach (var ((day, key), sums) in _rollup.SumsByDay(openFrom))
        {
            _dayTable!.Add(day, key, sums);
        }
    }

    private static long Remaining(LedgerFile file, long before)
    {
        using var statement = file.Prepare("SELECT COALESCE(SUM(requests - removed), 0) FROM heads WHERE day < ?1");
        statement.Bind(1, before);
        return statement.Step() ? statement.Number(0) : 0;
    }

    // Users, tags and words of which no row is left.
    private static void RemoveUnused(LedgerFile file, long before) => file.InTransaction(() =>
    {
        OpenGuards(file, before);
        foreach (var table in (string[])["personal", "request_words", "call_words"])
        {
            using var unused = file.Prepare($"DELETE FROM {table} WHERE seen < ?1");
            unused.Bind(1, before).Run();
        }
        ShutGuards(file);
    });

    private static int RemoveSome(LedgerFile file, long before, string requestTable, string lineTable)
    {
        var rows = new List<(long Number, long Day)>(RemovedAtOnce);
        file.InTransaction(() =>
        {
            // By number: the oldest come first, and the search ends with the step.
            using var find = file.Prepare($"SELECT number, at FROM {requestTable} WHERE at < ?1 ORDER BY number LIMIT ?2");
            find.Bind(1, before).Bind(2, (long)RemovedAtOnce);
            while (find.Step())
            {
                rows.Add((find.Number(0), ChainHeads.DayOf(find.Number(1))));
            }
            OpenGuards(file, before);
            using var lines = file.Prepare($"DELETE FROM {lineTable} WHERE number = ?1");
            using var links = file.Prepare("DELETE FROM links WHERE number = ?1");
            using var requests = file.Prepare($"DELETE FROM {requestTable} WHERE number = ?1");
            foreach (var (number, _) in rows)
            {
                lines.Bind(1, number).Run();
                links.Bind(1, number).Run();
                requests.Bind(1, number).Run();
            }
            using var heads = file.Prepare("UPDATE heads SET removed = removed + ?2 WHERE day = ?1");
            foreach (var day in rows.CountBy(static row => row.Day))
            {
                heads.Bind(1, day.Key).Bind(2, (long)day.Value).Run();
            }
            ShutGuards(file);
        });
        return rows.Count;
    }

    // Says to the triggers what may go.
    private static void OpenGuards(LedgerFile file, long before)
    {
        using var open = file.Prepare("INSERT OR REPLACE INTO settings (name, value) VALUES ('removing_before', CAST(?1 AS TEXT))");
        open.Bind(1, before).Run();
    }

    private static void ShutGuards(LedgerFile file) => file.Execute("DELETE FROM settings WHERE name = 'removing_before'");

    private T Run<T>(Func<LedgerFile, T> work)
    {
        try
        {
            if (_file is not null && !File.Exists(path))
            {
                // Its name is gone: what is written now would go with the last handle.
                Close();
            }
            return work(_file ?? Open());
        }
        catch (LedgerRecordException)
        {
            Close();
            throw;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or OverflowException)
        {
            Close();
            throw new LedgerStoreException($"{path}: {e.Message}", e);
        }
    }

    private LedgerFile Open()
    {
        _file = LedgerFile.OpenToWrite(path, clock);
        _inserts = new LedgerInserts(_file);
        _headTable = new HeadTable(_file);
        _heads = new ChainHeads(_file.Node, _headTable.Find, _headTable.Last, _headTable.Link);
        _personal = new PersonalKeys(_file);
        _intents = new IntentTable(_file);
        _hourTable = new RollupTable(_file, "hours");
        _dayTable = new RollupTable(_file, "days");
        _adjustmentTable = new AdjustmentTable(_file);
        return _file;
    }

    // What transactions of this connection have read and written is sure until another one has written.
    private void Forget()
    {
        _inserts!.Forget();
        _heads!.Forget();
        _personal!.Forget();
        _hourTable!.Forget();
        _dayTable!.Forget();
    }

    private void Close()
    {
        _inserts?.Dispose();
        _headTable?.Dispose();
        _personal?.Dispose();
        _intents?.Dispose();
        _hourTable?.Dispose();
        _dayTable?.Dispose();
        _adjustmentTable?.Dispose();
        _file?.Dispose();
        (_file, _inserts, _headTable, _heads, _personal, _intents, _hourTable, _dayTable, _adjustmentTable) = (null, null, null, null, null, null, null, null, null);
    }
}
