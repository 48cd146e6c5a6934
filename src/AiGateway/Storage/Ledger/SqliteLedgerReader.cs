using System.Text;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage.Ledger;

/// <summary>Reads sums from the ledger's file, beside the gateway that writes it or without one.</summary>
/// <remarks>
/// A connection for each question: opening one takes less than the question, and none is held while nobody asks.
/// </remarks>
internal sealed class SqliteLedgerReader(string path) : ILedgerReader
{
    private const string Adjusted = "adjustments";

    // After the time and the columns of sums.
    private const int FirstKey = 15;

    /// <inheritdoc />
    public IReadOnlyList<LedgerGroup> Sum(LedgerQuery query)
    {
        var (first, second) = RollupPieces.Halves(query);
        if (second.Count == 0)
        {
            return Sum(query, first).Groups;
        }
        // Millions of sums take seconds, of which none waits for anything: two threads, and no more beside a gateway that serves.
        GroupSums groups = null!, more = null!;
        try
        {
            Parallel.Invoke(() => groups = Sum(query, first), () => more = Run(file => SumsOf(file, query, second)));
        }
        catch (AggregateException e)
        {
            throw new LedgerStoreException(e.InnerException!.Message, e.InnerException);
        }
        groups.Add(more);
        return groups.Groups;
    }

    /// <inheritdoc />
    public IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query) => Run(file =>
    {
        var groups = new GroupSums(query, more: 2);
        Add(file, query, Adjusted, " AND hour < at AND correction <= ?3", query.From.ToUnixTimeMilliseconds(), query.To.ToUnixTimeMilliseconds(), LastRestatement(file, query), groups);
        return groups.Groups;
    });

    /// <inheritdoc />
    public long Version() => Run(static file =>
    {
        using var statement = file.Prepare($"SELECT {EntrySchema.LastNumber} + (SELECT COALESCE(MAX(place), 0) FROM corrections)");
        return statement.Step() ? statement.Number(0) : 0;
    });

    /// <inheritdoc />
    public string Name() => Run(static file => file.Node);

    /// <inheritdoc />
    public void Read(DateTimeOffset day, Action<LedgerCall> visit) => Run(file =>
    {
        // One transaction: what the head says of the day is what its rows are.
        file.Execute("BEGIN");
        using (var calls = new DayOfCalls(file, day.ToUnixTimeMilliseconds()))
        {
            calls.Read(visit);
        }
        file.Execute("COMMIT");
        return true;
    });

    private GroupSums Sum(LedgerQuery query, List<(string Table, long From, long To)> pieces) => Run(file =>
    {
        var groups = SumsOf(file, query, pieces);
        if (LastRestatement(file, query) is > 0 and var last)
        {
            Add(file, query, Adjusted, " AND hour = at AND correction > 0 AND correction <= ?3", query.From.ToUnixTimeMilliseconds(), query.To.ToUnixTimeMilliseconds(), last, groups);
        }
        return groups;
    });

    private static GroupSums SumsOf(LedgerFile file, LedgerQuery query, List<(string Table, long From, long To)> pieces)
    {
        var groups = new GroupSums(query);
        foreach (var (table, from, to) in pieces)
        {
            Add(file, query, table, "", from, to, 0, groups);
        }
        return groups;
    }

    /// <summary>The place of the last entry that counts; what is staged for the next does not yet.</summary>
    private static long LastRestatement(LedgerFile file, LedgerQuery query)
    {
        using var last = file.Prepare("SELECT COALESCE(MAX(place), 0) FROM corrections WHERE at <= ?1");
        last.Bind(1, query.AsOf?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        return last.Step() ? last.Number(0) : 0;
    }

    private static void Add(LedgerFile file, LedgerQuery query, string table, string condition, long from, long to, long last, GroupSums groups)
    {
        if (from >= to)
        {
            return;
        }
        // Names of columns are those of the dimensions; what was asked for is bound.
        var text = new StringBuilder("SELECT at, ").Append(RollupRow.Columns);
        foreach (var dimension in query.By)
        {
            text.Append(", ").Append(LedgerDimensions.IsTime(dimension) ? "NULL" : dimension.TagName is null ? dimension.Name : "labels");
        }
        text.Append(table == Adjusted ? ", hour, correction" : ", NULL, NULL").Append(", labels");
        text.Append(" FROM ").Append(table).Append(" WHERE at >= ?1 AND at < ?2").Append(condition);
        var parameter = 4;
        foreach (var (dimension, wanted) in query.Where.Where(static filter => filter.Key.TagName is null))
        {
            text.Append(" AND ").Append(LedgerDimensions.NameOf(dimension)).Append(" IN (").AppendJoin(", ", wanted.Select(_ => $"?{parameter++}")).Append(')');
        }
        using var statement = file.Prepare(text.ToString());
        statement.Bind(1, from).Bind(2, to);
        if (condition.Length > 0)
        {
            statement.Bind(3, last);
        }
        parameter = 4;
        foreach (var value in query.Where.Where(static filter => filter.Key.TagName is null).SelectMany(static filter => filter.Value))
        {
            statement.Bind(parameter++, value);
        }
        string Value(int i) => i < query.By.Count ? query.By[i].TagName is { } tag ? LabelText.ValueOf(statement.Text(i + FirstKey), tag) : statement.Text(i + FirstKey)
            : i == query.By.Count ? GroupSums.MonthOf(statement.Number(i + FirstKey), query.Zone) : CorrectionWords.CauseOf(statement.Number(i + FirstKey));
        Func<int, string> read = Value;
        var labels = FirstKey + query.By.Count + 2;
        var looksAtLabels = query.Where.Keys.Any(static dimension => dimension.TagName is not null);
        var sums = new LedgerSums();
        while (statement.Step())
        {
            if (looksAtLabels && !query.TakesLabels(statement.Text(labels)))
            {
                continue;
            }
            RollupRow.Read(statement, 1, sums);
            groups.Add(statement.Number(0), read, sums);
        }
    }

    private T Run<T>(Func<LedgerFile, T> question)
    {
        try
        {
            using var file = LedgerFile.OpenToRead(path);
            return question(file);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or OverflowException)
        {
            throw new LedgerStoreException(e is IOException or InvalidDataException ? e.Message : $"{path}: {e.Message}", e);
        }
    }
}
