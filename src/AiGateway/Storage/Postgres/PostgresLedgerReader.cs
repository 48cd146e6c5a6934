using System.Globalization;
using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;
using AiGateway.Storage.Ledger;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>Reads the sums of all nodes from PostgreSQL, which adds up what a question does not tell apart.</summary>
internal sealed class PostgresLedgerReader(PostgresDatabase database) : ILedgerReader
{
    // After the time and the columns of sums.
    private const int FirstKey = 15;

    // Of reading a day's calls, of which there may be millions.
    private const int DaySeconds = 600;

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

    /// <summary>None: months are closed, and prices restated, in a ledger in SQLite only.</summary>
    public IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query) => [];

    /// <inheritdoc />
    public long Version() => Run(static connection =>
    {
        using var appended = PostgresDatabase.Command(connection, $"SELECT COALESCE(SUM(appended), 0)::bigint FROM {LedgerTables.Name}.nodes");
        return appended.ExecuteScalar() as long? ?? 0;
    });

    /// <inheritdoc />
    public void Read(DateTimeOffset day, Action<LedgerCall> visit) => Run(connection =>
    {
        var (from, to) = (day.UtcDateTime, day.UtcDateTime.AddDays(1));
        // One view: what the heads say of the day is what its rows are.
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        using (var removed = PostgresDatabase.Command(connection, $"SELECT EXISTS (SELECT 1 FROM {LedgerTables.Name}.heads WHERE day >= $1 AND day < $2 AND removed > 0)", from, to))
        {
            if (removed.ExecuteScalar() is true)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"Retention (host.ledger.keep) has removed rows of {day:yyyy-MM-dd}: of that day there are sums only, which 'AiGateway report' reads."));
            }
        }
        using var calls = PostgresDatabase.Command(
            connection,
            $"""
            SELECT requests.at, requests.caller, requests.organisation, requests.team, requests.project, personal.value, requests.alias, requests.operation, {LineRow.Columns}
            FROM {LedgerTables.Name}.requests
            JOIN {LedgerTables.Name}.lines ON lines.node = requests.node AND lines.number = requests.number AND lines.at = requests.at AND lines.at >= $1 AND lines.at < $2
            LEFT JOIN {LedgerTables.Name}.personal ON personal.key = requests.tags_key
            WHERE requests.at >= $1 AND requests.at < $2
            """,
            from, to);
        calls.CommandTimeout = DaySeconds;
        using var reader = calls.ExecuteReader();
        var row = new PostgresRow(reader);
        while (reader.Read())
        {
            visit(new LedgerCall
            {
                At = DateTimeOffset.FromUnixTimeMilliseconds(row.Number(0)),
                Caller = row.Text(1),
                Organisation = row.OptionalText(2),
                Team = row.OptionalText(3),
                Project = row.OptionalText(4),
                Tags = row.OptionalText(5),
                Alias = row.OptionalText(6),
                Operation = row.Text(7),
                Line = LineRow.Read(row, 8),
            });
        }
        return true;
    }, isOnce: true);

    private static void Add(NpgsqlConnection connection, LedgerQuery query, string table, long from, long to, GroupSums groups)
    {
        // Names of columns are those of the dimensions; what was asked for is bound. Amounts as text: a sum may have more digits than
        // a decimal, and then its last ones are rounded.
        var filters = query.Where.Where(static filter => filter.Key.TagName is null).ToList();
        var columns = new List<string> { query.By.Any(LedgerDimensions.IsTime) ? "at" : "NULL::timestamptz" };
        columns.AddRange(query.By.Select(static dimension => LedgerDimensions.IsTime(dimension) ? "NULL" : ColumnOf(dimension)));
        // What tags are asked for stands in one column, which is looked into here.
        columns.Add(query.By.Any(static dimension => dimension.TagName is not null) || filters.Count < query.Where.Count ? "labels" : "''");
        var text = new StringBuilder("SELECT ").Append(columns[0]);
        foreach (var column in RollupRow.Columns.Split(", "))
        {
            text.Append(", SUM(").Append(column).Append(column is "cost" or "saved" ? ")::text" : ")::bigint");
        }
        foreach (var column in columns.Skip(1))
        {
            text.Append(", ").Append(column);
        }
        text.Append(" FROM ").Append(LedgerTables.Name).Append('.').Append(table).Append(" WHERE at >= $1 AND at < $2");
        var values = new List<object?> { DateTimeOffset.FromUnixTimeMilliseconds(from).UtcDateTime, DateTimeOffset.FromUnixTimeMilliseconds(to).UtcDateTime };
        foreach (var (dimension, wanted) in filters)
        {
            values.Add(wanted.Select(StorableRequest.Text).ToArray());
            text.Append(" AND ").Append(ColumnOf(dimension)).Append(" = ANY($").Append(values.Count).Append(')');
        }
        var keys = columns.Where(static column => char.IsAsciiLetterLower(column[0])).Distinct().ToList();
        if (keys.Count > 0)
        {
            text.Append(" GROUP BY ").AppendJoin(", ", keys);
        }
        text.Append(" HAVING COUNT(*) > 0").Append(columns[0] == "at" ? " ORDER BY at" : "");
        using var command = PostgresDatabase.Command(connection, text.ToString(), [.. values]);
        using var reader = command.ExecuteReader();
        var row = new PostgresRow(reader);
        Func<int, string> read = i => query.By[i].TagName is { } tag ? LabelText.ValueOf(row.Text(i + FirstKey), tag) : row.Text(i + FirstKey);
        while (reader.Read())
        {
            if (query.TakesLabels(row.Text(query.By.Count + FirstKey)))
            {
                groups.Add(row.IsNull(0) ? from : row.Number(0), read, RollupRow.Read(row, 1));
            }
        }
    }

    private static string ColumnOf(LedgerDimension dimension) => dimension.TagName is null ? dimension.Name : "labels";

    private T Run<T>(Func<NpgsqlConnection, T> question, bool isOnce = false)
    {
        try
        {
            try
            {
                return Ask(question);
            }
            catch (NpgsqlException stale) when (!isOnce && stale is not PostgresException && stale.InnerException is not TimeoutException)
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
