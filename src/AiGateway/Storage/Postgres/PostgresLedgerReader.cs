using System.Globalization;
using System.Text;
using AiGateway.Accounting.Corrections;
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

    // Of one row.
    private const int NameSeconds = 30;

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
        if (LastRestatement(connection, query) is > 0 and var last)
        {
            AddAdjusted(connection, query, "AND hour = at AND correction > 0", last, "", groups);
        }
        return groups.Groups;
    });

    /// <inheritdoc />
    public IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query) => Run(connection =>
    {
        var groups = new GroupSums(query, more: 2);
        AddAdjusted(connection, query, "AND hour < at", LastRestatement(connection, query), "hour, correction", groups);
        return groups.Groups;
    });

    /// <inheritdoc />
    public long Version() => Run(static connection =>
    {
        using var appended = PostgresDatabase.Command(
            connection, $"SELECT COALESCE(SUM(appended), 0)::bigint + (SELECT COALESCE(MAX(place), 0) FROM {LedgerTables.Name}.corrections) FROM {LedgerTables.Name}.nodes");
        return appended.ExecuteScalar() as long? ?? 0;
    });

    /// <inheritdoc />
    public string Name() => Run(static connection => new PostgresCorrectionTable(connection, NameSeconds).Ledger());

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

    /// <summary>The place of the last entry that counts; what is staged for the next does not yet.</summary>
    private static long LastRestatement(NpgsqlConnection connection, LedgerQuery query)
    {
        using var last = PostgresDatabase.Command(
            connection, $"SELECT COALESCE(MAX(place), 0) FROM {LedgerTables.Name}.corrections WHERE at <= $1", (query.AsOf ?? DateTimeOffset.MaxValue).UtcDateTime);
        return last.ExecuteScalar() as long? ?? 0;
    }

    private static void AddAdjusted(NpgsqlConnection connection, LedgerQuery query, string condition, long last, string more, GroupSums groups) => Add(
        connection, query, "adjustments", query.From.ToUnixTimeMilliseconds(), query.To.ToUnixTimeMilliseconds(), groups, string.Create(CultureInfo.InvariantCulture, $"{condition} AND correction <= {last}"), more);

    /// <summary>Adds the sums of a table.</summary>
    /// <param name="connection">Where they are.</param>
    /// <param name="query">What is asked.</param>
    /// <param name="table">A view with the columns of sums.</param>
    /// <param name="from">From when on, Unix milliseconds.</param>
    /// <param name="to">Until when, not included.</param>
    /// <param name="groups">Takes them.</param>
    /// <param name="condition">What else must be; a text of ours.</param>
    /// <param name="more">What groups are told apart by beside the dimensions: of adjustments their hour and correction.</param>
    private static void Add(NpgsqlConnection connection, LedgerQuery query, string table, long from, long to, GroupSums groups, string condition = "", string more = "")
    {
        // Names of columns are those of the dimensions; what was asked for is bound. Amounts as text: a sum may have more digits than
        // a decimal, and then its last ones are rounded.
        var filters = query.Where.Where(static filter => filter.Key.TagName is null).ToList();
        var columns = new List<string> { query.By.Any(LedgerDimensions.IsTime) ? "at" : "NULL::timestamptz" };
        columns.AddRange(query.By.Select(static dimension => LedgerDimensions.IsTime(dimension) ? "NULL" : ColumnOf(dimension)));
        columns.AddRange(more.Split(", ", StringSplitOptions.RemoveEmptyEntries));
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
        text.Append(' ').Append(condition);
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
        Func<int, string> read = i => i == query.By.Count ? GroupSums.MonthOf(row.Number(i + FirstKey), query.Zone)
            : i > query.By.Count ? CorrectionWords.CauseOf(row.Number(i + FirstKey))
            : query.By[i].TagName is { } tag ? LabelText.ValueOf(row.Text(i + FirstKey), tag) : row.Text(i + FirstKey);
        var labels = FirstKey + columns.Count - 2;
        while (reader.Read())
        {
            if (query.TakesLabels(row.Text(labels)))
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
        LedgerTables.Require(database, connection);
        return question(connection);
    }
}
