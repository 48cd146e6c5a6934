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

    /// <inheritdoc />
    public int Append(LedgerBatch batch) => Run(file =>
    {
        var added = 0;
        file.InTransaction(() => added = AppendUncommitted(batch.Requests, batch.Intents));
        return added;
    });

    /// <inheritdoc />
    public int SettleIntents(string process) => Run(file =>
    {
        var added = 0;
        file.InTransaction(() =>
        {
            var lost = _intents!.Of(process).ConvertAll(LedgerRequests.Lost);
            added = AppendUncommitted(lost, []);
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
            var step = RemoveSome(file, before);
            if (step == 0)
            {
                break;
            }
            removed += step;
        }
        if (removed > 0)
        {
            // Users and tags of whom no row is left.
            using var personal = file.Prepare("DELETE FROM personal WHERE seen < ?1");
            personal.Bind(1, before).Run();
            file.Execute("PRAGMA incremental_vacuum(4000)");
        }
        return removed;
    });

    /// <inheritdoc />
    public void Dispose() => Close();

    private int AppendUncommitted(List<LedgerRequest> requests, List<LedgerIntent> intents)
    {
        Forget();
        var added = 0;
        foreach (var request in requests)
        {
            var day = ChainHeads.DayOf(request.At.ToUnixTimeMilliseconds());
            var row = ChainRow.For(request, _personal!.For(PersonalKeys.User, request.User, day), _personal.For(PersonalKeys.Tags, request.Tags, day));
            if (_inserts!.TryInsert(row, _heads!.Next(row)))
            {
                _heads.Advance(row);
                _rollup.Add(request);
                added++;
            }
        }
        foreach (var intent in intents)
        {
            _intents!.Add(intent);
        }
        foreach (var request in requests)
        {
            _intents!.Remove(request.Id);
        }
        _headTable!.Save(_heads!.Changed);
        WriteRollups();
        return added;
    }

    private void WriteRollups()
    {
        foreach (var ((hour, key), sums) in _rollup.Sums)
        {
            _hourTable!.Add(hour, key, sums);
        }
        foreach (var ((day, key), sums) in _rollup.SumsByDay())
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

    private static int RemoveSome(LedgerFile file, long before)
    {
        var rows = new List<(long Number, long Day)>(RemovedAtOnce);
        file.InTransaction(() =>
        {
            // By number: the oldest come first, and the search ends with the step.
            using var find = file.Prepare("SELECT number, at FROM requests WHERE at < ?1 ORDER BY number LIMIT ?2");
            find.Bind(1, before).Bind(2, (long)RemovedAtOnce);
            while (find.Step())
            {
                rows.Add((find.Number(0), ChainHeads.DayOf(find.Number(1))));
            }
            using var open = file.Prepare("INSERT OR REPLACE INTO settings (name, value) VALUES ('removing_before', CAST(?1 AS TEXT))");
            open.Bind(1, before).Run();
            using var lines = file.Prepare("DELETE FROM lines WHERE number = ?1");
            using var requests = file.Prepare("DELETE FROM requests WHERE number = ?1");
            foreach (var (number, _) in rows)
            {
                lines.Bind(1, number).Run();
                requests.Bind(1, number).Run();
            }
            using var heads = file.Prepare("UPDATE heads SET removed = removed + ?2 WHERE day = ?1");
            foreach (var day in rows.CountBy(static row => row.Day))
            {
                heads.Bind(1, day.Key).Bind(2, (long)day.Value).Run();
            }
            file.Execute("DELETE FROM settings WHERE name = 'removing_before'");
        });
        return rows.Count;
    }

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
        _heads = new ChainHeads(_headTable.Node, _headTable.Find, _headTable.Last);
        _personal = new PersonalKeys(_file);
        _intents = new IntentTable(_file);
        _hourTable = new RollupTable(_file, "hours");
        _dayTable = new RollupTable(_file, "days");
        return _file;
    }

    // What one transaction has read is only sure within it.
    private void Forget()
    {
        _heads!.Forget();
        _personal!.Forget();
        _rollup.Clear();
    }

    private void Close()
    {
        _inserts?.Dispose();
        _headTable?.Dispose();
        _personal?.Dispose();
        _intents?.Dispose();
        _hourTable?.Dispose();
        _dayTable?.Dispose();
        _file?.Dispose();
        (_file, _inserts, _headTable, _heads, _personal, _intents, _hourTable, _dayTable) = (null, null, null, null, null, null, null, null);
    }
}
