using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Reads the sums of all nodes from PostgreSQL, which adds up what a question does not tell apart.</summary>
internal sealed class PostgresLedgerReader(PostgresDatabase database) : ILedgerReader
{
    // After the time and the columns of sums.
    private const int FirstKey = 15;

    /// <inheritdoc />
    public IReadOnlyList<LedgerGroup> Sum(LedgerQuery query) => Run(connection =>
    {
        var groups = new GroupSums(query);
        foreach (var (table, from, to) in RollupPieces.Of(query))
        {
            if (from < to)
            {
                Add(connection, query, table, from, to, groups);
            }
        }
        return groups.Groups;
    });

    /// <inheritdoc />
    public long Version() => Run(static connection =>
    {
        using var appended = PostgresDatabase.Command(connection, $"SELECT COALESCE(SUM(appended), 0)::bigint FROM {LedgerTables.Name}.nodes");
        return appended.ExecuteScalar() as long? ?? 0;
    });

    private static void Add(NpgsqlConnection connection, LedgerQuery query, string table, long from, long to, GroupSums groups)
    {
        // Names of columns are those of the dimensions; what was asked for is bound. Amounts as text: a sum may have more digits than
        // a decimal, and then its last ones are rounded.
        var hasTime = query.By.Any(LedgerDimensions.IsTime);
        var keys = query.By.Where(static dimension => !LedgerDimensions.IsTime(dimension)).Select(LedgerDimensions.NameOf).ToList();
        var text = new StringBuilder("SELECT ").Append(hasTime ? "at" : "NULL::timestamptz");
        foreach (var column in RollupRow.Columns.Split(", "))
        {
            text.Append(", SUM(").Append(column).Append(column is "cost" or "saved" ? ")::text" : ")::bigint");
        }
        foreach (var dimension in query.By)
        {
            text.Append(", ").Append(LedgerDimensions.IsTime(dimension) ? "NULL" : LedgerDimensions.NameOf(dimension));
        }
        text.Append(" FROM ").Append(LedgerTables.Name).Append('.').Append(table).Append(" WHERE at >= $1 AND at < $2");
        var values = new List<object?> { DateTimeOffset.FromUnixTimeMilliseconds(from).UtcDateTime, DateTimeOffset.FromUnixTimeMilliseconds(to).UtcDateTime };
        foreach (var (dimension, wanted) in query.Where)
        {
            values.Add(wanted.Select(StorableRequest.Text).ToArray());
            text.Append(" AND ").Append(LedgerDimensions.NameOf(dimension)).Append(" = ANY($").Append(values.Count).Append(')');
        }
        if (hasTime || keys.Count > 0)
        {
            text.Append(" GROUP BY ").AppendJoin(", ", hasTime ? keys.Prepend("at") : keys);
        }
        text.Append(" HAVING COUNT(*) > 0").Append(hasTime ? " ORDER BY at" : "");
        using var command = PostgresDatabase.Command(connection, text.ToString(), [.. values]);
        using var reader = command.ExecuteReader();
        var row = new PostgresRow(reader);
        Func<int, string> read = i => row.Text(i + FirstKey);
        while (reader.Read())
        {
            groups.Add(hasTime ? row.Number(0) : from, read, RollupRow.Read(row, 1));
        }
    }

    private T Run<T>(Func<NpgsqlConnection, T> question)
    {
        try
        {
            try
            {
                return Ask(question);
            }
            catch (NpgsqlException stale) when (stale is not PostgresException && stale.InnerException is not TimeoutException)
            {
                // A connection that was made before a restart of the server: whoever asked should not learn of it.
                database.Forget();
                return Ask(question);
            }
        }
        catch (Exception e) when (PostgresDatabase.IsFault(e))
        {
            database.Forget();
            throw new LedgerStoreException(database.Describe(e), e);
        }
    }

    private T Ask<T>(Func<NpgsqlConnection, T> question)
    {
        using var connection = database.Open();
        return database.VersionOf(connection, LedgerTables.Schema) > 0
            ? question(connection)
            : throw new InvalidDataException($"There is no ledger in {database.Name} yet. It is made by the first start of a gateway with host.ledger.store.");
    }
}
