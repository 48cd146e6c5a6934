using System.Globalization;
using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>What an operator does with the ledger in PostgreSQL.</summary>
internal sealed class PostgresLedgerAudit(PostgresDatabase database) : ILedgerAudit
{
    // Of one command: some pass over every row.
    private const int CommandSeconds = 3_600;

    /// <inheritdoc />
    public LedgerVerdict Verify(DateTimeOffset? from, DateTimeOffset? to) => Run(connection =>
    {
        // One view for all that is read: gateways append meanwhile.
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        var verdict = new PostgresChainCheck(connection, CommandSeconds, from, to).Run();
        if (verdict.Problem is not null)
        {
            return verdict;
        }
        var problem = new PostgresCorrectionTable(connection, CommandSeconds).Check(out var corrections);
        return verdict with { Corrections = corrections, Problem = problem };
    });

    /// <inheritdoc />
    public IReadOnlyList<KeyValuePair<string, string>> Statistics() => Run(connection =>
    {
        var figures = new List<KeyValuePair<string, string>>();
        void Add(string name, string question)
        {
            using var command = PostgresDatabase.Command(connection, question);
            command.CommandTimeout = CommandSeconds;
            figures.Add(new(name, Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) is { Length: > 0 } figure ? figure : "-"));
        }
        Add("nodes", $"SELECT COUNT(*) FROM {LedgerTables.Name}.nodes");
        Add("form", $"SELECT MAX(version) FROM {LedgerTables.Name}.versions");
        Add("requests", $"SELECT COUNT(*) FROM {LedgerTables.Name}.requests");
        Add("lines", $"SELECT COUNT(*) FROM {LedgerTables.Name}.lines");
        Add("removed by retention", $"SELECT COALESCE(SUM(removed), 0) FROM {LedgerTables.Name}.heads");
        Add("first day", $"SELECT to_char(MIN(day) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM {LedgerTables.Name}.heads");
        Add("last day", $"SELECT to_char(MAX(day) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM {LedgerTables.Name}.heads");
        Add("sums by hour", $"SELECT COUNT(*) FROM {LedgerTables.Name}.hour_sums");
        Add("sums by day", $"SELECT COUNT(*) FROM {LedgerTables.Name}.day_sums");
        Add("closings and restatements", $"SELECT COUNT(*) FROM {LedgerTables.Name}.corrections");
        Add("restated calls", $"SELECT COUNT(*) FROM {LedgerTables.Name}.restated_lines");
        Add("users and sets of tags", $"SELECT COUNT(*) FROM {LedgerTables.Name}.personal");
        Add("calls without a record yet", $"SELECT COUNT(*) FROM {LedgerTables.Name}.intents");
        figures.Add(new("monthly partitions", LedgerPartitions.All(connection).Count.ToString(CultureInfo.InvariantCulture)));
        Add("bytes", $"SELECT SUM(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{LedgerTables.Name}' AND c.relkind = 'r'");
        return figures;
    });

    /// <inheritdoc />
    public int Erase(string user) => Run(connection =>
    {
        var name = StorableRequest.Text(user);
        var erased = 0;
        using (var transaction = connection.BeginTransaction())
        {
            using var salt = PostgresDatabase.Command(connection, $"SELECT value FROM {LedgerTables.Name}.settings WHERE name = 'salt'");
            var lookups = TagsWith(connection, name);
            lookups.Add(PersonalKeys.Lookup(salt.ExecuteScalar() as byte[] ?? throw new InvalidDataException($"The ledger in {database.Name} has no salt."), PersonalKeys.User, name));
            using var remove = PostgresDatabase.Command(connection, $"DELETE FROM {LedgerTables.Name}.personal WHERE lookup = ANY($1)", (object)lookups.ToArray());
            erased = remove.ExecuteNonQuery();
            // What nodes have in memory is of before.
            using var count = PostgresDatabase.Command(
                connection, $"UPDATE {LedgerTables.Name}.settings SET value = convert_to((convert_from(value, 'UTF8')::bigint + 1)::text, 'UTF8') WHERE name = 'erasures'");
            count.ExecuteNonQuery();
            transaction.Commit();
        }
        // What was erased must not stay on the table's pages.
        using var vacuum = PostgresDatabase.Command(connection, $"VACUUM {LedgerTables.Name}.personal");
        vacuum.CommandTimeout = CommandSeconds;
        vacuum.ExecuteNonQuery();
        return erased;
    });

    /// <inheritdoc />
    public void Backup(string target) => throw new LedgerStoreException(
        $"The ledger is in PostgreSQL ({database.Name}), whose own tools back it up: pg_dump --format=custom --schema={LedgerTables.Name} --file={target} with the host, database and user of the routing file.");

    private static List<byte[]> TagsWith(NpgsqlConnection connection, string user)
    {
        var found = new List<byte[]>();
        using var all = PostgresDatabase.Command(connection, $"SELECT lookup, value FROM {LedgerTables.Name}.personal WHERE kind = $1", PersonalKeys.Tags);
        all.CommandTimeout = CommandSeconds;
        using var reader = all.ExecuteReader();
        while (reader.Read())
        {
            if (PersonalTags.Hold(reader.GetString(1), user))
            {
                found.Add(reader.GetFieldValue<byte[]>(0));
            }
        }
        return found;
    }

    private T Run<T>(Func<NpgsqlConnection, T> work)
    {
        try
        {
            using var connection = database.Open();
            LedgerTables.Require(database, connection);
            return work(connection);
        }
        catch (Exception e) when (PostgresDatabase.IsFault(e))
        {
            throw new LedgerStoreException(database.Describe(e), e);
        }
    }
}
