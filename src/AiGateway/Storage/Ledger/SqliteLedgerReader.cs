using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage.Ledger;

/// <summary>Reads sums from the ledger's file, beside the gateway that writes it or without one.</summary>
/// <remarks>
/// A connection for each question: opening one takes less than the question, and none is held while nobody asks.
/// </remarks>
internal sealed class SqliteLedgerReader(string path) : ILedgerReader
{
    // After the time and the columns of sums.
    private const int FirstKey = 15;

    /// <inheritdoc />
    public IReadOnlyList<LedgerGroup> Sum(LedgerQuery query) => Run(file =>
    {
        var groups = new GroupSums(query);
        foreach (var (table, from, to) in RollupPieces.Of(query))
        {
            Add(file, query, table, from, to, groups);
        }
        return groups.Groups;
    });

    /// <inheritdoc />
    public long Version() => Run(static file =>
    {
        using var statement = file.Prepare("SELECT COALESCE(MAX(number), 0) FROM requests");
        return statement.Step() ? statement.Number(0) : 0;
    });

    private static void Add(LedgerFile file, LedgerQuery query, string table, long from, long to, GroupSums groups)
    {
        if (from >= to)
        {
            return;
        }
        // Names of columns are those of the dimensions; what was asked for is bound.
        var text = new StringBuilder("SELECT at, ").Append(RollupRow.Columns);
        foreach (var dimension in query.By)
        {
            text.Append(", ").Append(LedgerDimensions.IsTime(dimension) ? "NULL" : LedgerDimensions.NameOf(dimension));
        }
        text.Append(" FROM ").Append(table).Append(" WHERE at >= ?1 AND at < ?2");
        var parameter = 3;
        foreach (var (dimension, wanted) in query.Where)
        {
            text.Append(" AND ").Append(LedgerDimensions.NameOf(dimension)).Append(" IN (").AppendJoin(", ", wanted.Select(_ => $"?{parameter++}")).Append(')');
        }
        using var statement = file.Prepare(text.ToString());
        statement.Bind(1, from).Bind(2, to);
        parameter = 3;
        foreach (var value in query.Where.SelectMany(static filter => filter.Value))
        {
            statement.Bind(parameter++, value);
        }
        string Value(int i) => statement.Text(i + FirstKey);
        Func<int, string> read = Value;
        while (statement.Step())
        {
            groups.Add(statement.Number(0), read, RollupRow.Read(statement, 1));
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
