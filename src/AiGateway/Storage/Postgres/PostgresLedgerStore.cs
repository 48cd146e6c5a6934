using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>The ledger in PostgreSQL, which any number of nodes append to.</summary>
/// <remarks>
/// A batch is one transaction: (1) the node's row is held, and read what the batch meets; (2) rows are copied, chained to the
/// node's last; (3) intents, heads and, last, sums are written; (4) it commits. When the answer to the commit is lost, nobody
/// knows whether it was done: the batch comes again, and finds its requests there or not. Whatever fails, the next call begins
/// anew: schema, node and partitions are looked at again, so that a server that comes back empty is filled again.
/// </remarks>
internal sealed class PostgresLedgerStore(PostgresDatabase database, string dataFolder, TimeProvider clock) : ILedgerStore
{
    private readonly LedgerPartitions _partitions = new();
    private readonly PostgresIntents _intents = new();
    private readonly PostgresPersonal _personal = new();
    private readonly PostgresSums _sums = new();
    private readonly Rollup _rollup = new();
    private string _nodeName = "";
    private byte[] _salt = [];
    private int? _node;

    // At first, and after a fault, a batch may be one that was committed and not answered.
    private bool _mayRepeat;

    /// <inheritdoc />
    public int Append(LedgerBatch batch)
    {
        // First: bytes that are no record are no fault of the database.
        var (requests, intents) = (batch.Requests, batch.Intents);
        return Run((connection, node) => Append(connection, node, requests, intents));
    }

    /// <inheritdoc />
    public int SettleIntents(string process) => Run((connection, node) =>
    {
        var lost = _intents.Of(connection, process).ConvertAll(LedgerRequests.Lost);
        return lost.Count == 0 ? 0 : Append(connection, node, lost, []);
    });

    /// <summary>Drops the months whose last day is older than <paramref name="limit"/>, and makes those to come; sums and heads stay.</summary>
    /// <returns>How many requests were removed.</returns>
    public long Sweep(DateTimeOffset limit) => Run((connection, _) =>
    {
        _partitions.Look(connection);
        _partitions.MakeAhead(connection, clock.GetUtcNow());
        var month = LedgerPartitions.MonthOf(limit);
        var removed = LedgerPartitions.All(connection).Where(before => before < month).Sum(before => _partitions.Drop(connection, before));
        if (removed > 0)
        {
            // Users and tags of whom no row is left.
            using var personal = PostgresDatabase.Command(connection, $"DELETE FROM {LedgerTables.Name}.personal WHERE seen < $1", month);
            personal.ExecuteNonQuery();
        }
        return removed;
    });

    /// <summary>Holds nothing itself; the database is the container's.</summary>
    public void Dispose() => _node = null;

    private int Append(NpgsqlConnection connection, int node, List<LedgerRequest> settled, List<LedgerIntent> intents)
    {
        var requests = settled.ConvertAll(StorableRequest.Of);
        foreach (var month in requests.Select(static request => LedgerPartitions.MonthOf(request.At)).Distinct())
        {
            _partitions.Make(connection, month);
        }
        try
        {
            return AppendStorable(connection, node, settled, requests, intents);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && !_mayRepeat)
        {
            // Something of the batch is there already, as after a kill.
            Forget();
            return AppendStorable(connection, node, settled, [.. settled.Select(StorableRequest.Of)], intents);
        }
    }

    private int AppendStorable(NpgsqlConnection connection, int node, List<LedgerRequest> settled, List<LedgerRequest> requests, List<LedgerIntent> intents)
    {
        using var transaction = connection.BeginTransaction();
        var start = BatchStart.Read(connection, node, requests, _mayRepeat);
        requests.RemoveAll(request => !start.Existing.Add(request.Id));
        if (requests.Count > 0)
        {
            AppendRows(connection, node, start, requests);
        }
        using (var last = new NpgsqlBatch(connection))
        {
            if (intents.Count > 0)
            {
                last.BatchCommands.Add(_intents.Add(intents.ConvertAll(static intent => intent with { Request = StorableRequest.Of(intent.Request) })));
            }
            if (_intents.Remove(settled) is { } remove)
            {
                last.BatchCommands.Add(remove);
            }
            if (requests.Count > 0)
            {
                foreach (var sums in _sums.Add(_rollup, start.Closing, clock.GetUtcNow()))
                {
                    last.BatchCommands.Add(sums);
                }
            }
            if (last.BatchCommands.Count > 0)
            {
                last.ExecuteNonQuery();
            }
        }
        transaction.Commit();
        _mayRepeat = false;
        return requests.Count;
    }

    private void AppendRows(NpgsqlConnection connection, int node, BatchStart start, List<LedgerRequest> requests)
    {
        _personal.Read(connection, _salt, start.Erasures, requests);
        var rows = new List<(ChainRow Row, byte[]? Hash)>(requests.Count);
        var heads = new ChainHeads(_nodeName, start.HeadOf, start.LastHead, (number, hash) =>
        {
            var row = (int)(number - start.Appended) - 1;
            rows[row] = (rows[row].Row, [.. hash]);
        });
        _rollup.Clear();
        foreach (var request in requests)
        {
            var row = ChainRow.For(request, _personal.For(PersonalKeys.User, request.User), _personal.For(PersonalKeys.Tags, request.Tags));
            rows.Add((row, null));
            heads.Add(row, start.Appended + rows.Count);
            _rollup.Add(request);
        }
        var changed = heads.Close();
        RowCopy.Requests(connection, node, start.Appended, rows);
        RowCopy.Lines(connection, node, start.Appended, rows);
        using var chain = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                PostgresHeads.Save(node, changed),
                new($"UPDATE {LedgerTables.Name}.nodes SET appended = $2 WHERE node = $1") { Parameters = { new() { Value = node }, new() { Value = start.Appended + rows.Count } } },
            },
        };
        chain.ExecuteNonQuery();
    }

    private T Run<T>(Func<NpgsqlConnection, int, T> work)
    {
        try
        {
            using var connection = database.Open();
            return work(connection, _node ??= Begin(connection));
        }
        catch (Exception e) when (PostgresDatabase.IsFault(e))
        {
            _node = null;
            database.Forget();
            throw new LedgerStoreException(database.Describe(e), e);
        }
    }

    // What was read and written before may have gone with a transaction.
    private void Forget()
    {
        _mayRepeat = true;
        _personal.Forget();
        _sums.Forget();
    }

    private int Begin(NpgsqlConnection connection)
    {
        Forget();
        database.Migrate(connection, LedgerTables.Schema, clock);
        _nodeName = NodeName.In(dataFolder);
        using var salt = PostgresDatabase.Command(connection, $"SELECT value FROM {LedgerTables.Name}.settings WHERE name = 'salt'");
        _salt = salt.ExecuteScalar() as byte[] ?? throw new InvalidDataException($"The ledger in {database.Name} has no salt.");
        _partitions.Look(connection);
        _partitions.MakeAhead(connection, clock.GetUtcNow());
        _intents.Begin(connection);
        using var add = PostgresDatabase.Command(
            connection, $"INSERT INTO {LedgerTables.Name}.nodes (name, since) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM {LedgerTables.Name}.nodes WHERE name = $1) ON CONFLICT DO NOTHING", _nodeName, clock.GetUtcNow().UtcDateTime);
        add.ExecuteNonQuery();
        using var node = PostgresDatabase.Command(connection, $"SELECT node FROM {LedgerTables.Name}.nodes WHERE name = $1", _nodeName);
        return node.ExecuteScalar() as int? ?? throw new InvalidDataException($"The ledger in {database.Name} has no row of this node.");
    }
}
