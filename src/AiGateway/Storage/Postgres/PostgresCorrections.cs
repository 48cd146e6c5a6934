using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The ledger's corrections in PostgreSQL: those of all nodes together.</summary>
/// <remarks>
/// One connection from the opening to the end. A lock that the server keeps for it keeps a second writer out, on whatever machine,
/// and ends with it: a closing must not come between what is staged and what counts.
/// </remarks>
internal sealed class PostgresCorrections : ICorrectionStore
{
    // As in SQLite.
    private const int RowsAtOnce = 2_000;
    private const int CommandSeconds = 600;

    private static readonly long WritersLock = LedgerTables.Schema.LockNumber + 2;

    private readonly PostgresDatabase _database;
    private readonly NpgsqlConnection _connection;
    private readonly PostgresCorrectionTable _table;
    private readonly PostgresSums _sums = new();
    private readonly CorrectionChain _chain = new();
    private readonly long _place;
    private readonly long[] _counting;
    private readonly byte[] _running;
    private readonly bool _isWriter;

    private PostgresCorrections(PostgresDatabase database, NpgsqlConnection connection, bool isWriter)
    {
        (_database, _connection, _isWriter) = (database, connection, isWriter);
        LedgerTables.Require(database, connection);
        _table = new PostgresCorrectionTable(connection, CommandSeconds);
        _table.Run(PostgresRequests.PreferKeys);
        if (isWriter)
        {
            Lock();
        }
        var entries = _table.All();
        _place = (entries.LastOrDefault()?.Place ?? 0) + 1;
        _counting = [.. entries.Where(static entry => entry.Kind == CorrectionKind.Restatement).Select(static entry => entry.Place)];
        _running = _chain.Genesis(_table.Ledger(), _place);
        if (isWriter)
        {
            // What a restatement that was killed has left: nothing of it counts.
            _table.Run($"DELETE FROM {LedgerTables.Name}.restated_lines WHERE correction = $1", _place);
            _table.Run($"DELETE FROM {LedgerTables.Name}.adjustment_sums WHERE correction = $1", _place);
        }
    }

    /// <summary>Opens a ledger to read only, for dry runs and lists.</summary>
    /// <exception cref="LedgerStoreException">There is none, or it cannot be read.</exception>
    public static PostgresCorrections OpenToRead(PostgresDatabase database) => Open(database, isWriter: false);

    /// <summary>Opens a ledger that is there to write.</summary>
    /// <exception cref="LedgerStoreException">There is none, it cannot be written, or another correction is being made.</exception>
    public static PostgresCorrections OpenToWrite(PostgresDatabase database) => Open(database, isWriter: true);

    /// <inheritdoc />
    public IReadOnlyList<Correction> All() => Run(_database, _table.All);

    /// <inheritdoc />
    public long Removed(DateTimeOffset from, DateTimeOffset to) => Run(_database, () =>
    {
        using var removed = _table.Command(
            $"SELECT COALESCE(SUM(removed), 0)::bigint FROM {LedgerTables.Name}.heads WHERE day >= $1 AND day < $2", from.UtcDateTime.Date, to.UtcDateTime);
        return removed.ExecuteScalar() as long? ?? 0;
    });

    /// <inheritdoc />
    public IEnumerable<IReadOnlyList<BookedRequest>> Read(DateTimeOffset from, DateTimeOffset to)
    {
        foreach (var (node, before, until) in Run(_database, () => Rows(from, to)))
        {
            for (var after = before; after < until; after += RowsAtOnce)
            {
                yield return Run(_database, () => Read(node, after, Math.Min(after + RowsAtOnce, until), from, to));
            }
        }
    }

    /// <inheritdoc />
    public void Stage(IReadOnlyList<RestatedLine> lines, AdjustmentSums sums) => Run(_database, () =>
    {
        using (var transaction = _connection.BeginTransaction())
        {
            RowCopy.Restated(_connection, _place, lines);
            using var add = new NpgsqlBatch(_connection);
            foreach (var command in _sums.Add(sums, _place))
            {
                add.BatchCommands.Add(command);
            }
            add.ExecuteNonQuery();
            transaction.Commit();
        }
        foreach (var line in lines)
        {
            _chain.Next(_running, line, _running);
        }
        return true;
    });

    /// <inheritdoc />
    public Correction Add(Correction entry) => Run(_database, () => _table.Add(entry.Kind == CorrectionKind.Restatement ? entry with { LinesHash = [.. _running] } : entry));

    /// <inheritdoc />
    public void Dispose()
    {
        if (_isWriter && _connection.State == System.Data.ConnectionState.Open)
        {
            try
            {
                // The connection goes back to its pool, and would keep the lock there.
                _table.Run("SELECT pg_advisory_unlock($1)", WritersLock);
            }
            catch (Exception e) when (PostgresDatabase.IsFault(e))
            {
                // With the connection the lock has ended too.
            }
        }
        _connection.Dispose();
    }

    private void Lock()
    {
        using var held = _table.Command("SELECT pg_try_advisory_lock($1)", WritersLock);
        if (held.ExecuteScalar() is not true)
        {
            throw new LedgerStoreException($"Another restatement or closing is being made in {_database.Name}. Wait until it has ended.");
        }
    }

    // For each node the rows between which those of a period lie, the first not included.
    private List<(int Node, long Before, long Until)> Rows(DateTimeOffset from, DateTimeOffset to)
    {
        var found = new List<(int, long, long)>();
        using var rows = _table.Command($"SELECT node, MIN(number) - 1, MAX(number) FROM {LedgerTables.Name}.requests WHERE at >= $1 AND at < $2 GROUP BY node ORDER BY node", from.UtcDateTime, to.UtcDateTime);
        using var reader = rows.ExecuteReader();
        while (reader.Read())
        {
            found.Add((reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2)));
        }
        return found;
    }

    private List<BookedRequest> Read(int node, long after, long until, DateTimeOffset from, DateTimeOffset to)
    {
        var found = new List<BookedRequest>();
        using (var rows = _table.Command(PostgresRequests.OfRows, from.UtcDateTime, to.UtcDateTime, node, after, until))
        using (var reader = rows.ExecuteReader())
        {
            var requests = new PostgresRequests(reader);
            while (requests.TryRead(out var row))
            {
                found.Add(new BookedRequest(node, requests.Number, row.Request, Array.ConvertAll(row.Request.Lines, static line => line.Cost)));
            }
        }
        if (_counting.Length > 0 && found.Count > 0)
        {
            var byNumber = found.ToDictionary(static booked => booked.Number);
            foreach (var line in _table.RestatedOf(_counting, node, after, until))
            {
                if (byNumber.TryGetValue(line.Number, out var booked))
                {
                    booked.Costs[line.Line] = line.After;
                }
            }
        }
        return found;
    }

    private static PostgresCorrections Open(PostgresDatabase database, bool isWriter) => Run(database, () =>
    {
        var connection = database.Open();
        try
        {
            return new PostgresCorrections(database, connection, isWriter);
        }
        catch
        {
            // Not back to its pool, where it would keep a lock that it had taken.
            NpgsqlConnection.ClearPool(connection);
            connection.Dispose();
            throw;
        }
    });

    private static T Run<T>(PostgresDatabase database, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (PostgresDatabase.IsFault(e))
        {
            throw new LedgerStoreException(database.Describe(e), e);
        }
    }
}
