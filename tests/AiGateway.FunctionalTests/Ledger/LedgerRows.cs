using Microsoft.Data.Sqlite;

namespace AiGateway.FunctionalTests.Ledger;

/// <summary>Looks into a ledger's file as an auditor would: with SQL.</summary>
internal static class LedgerRows
{
    /// <summary>The rows of a question, each as its values; null for NULL.</summary>
    public static List<object?[]> Read(string dataFolder, string question)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(dataFolder, "ledger.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a test's own.
        command.CommandText = question;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    /// <summary>The only value of the only row.</summary>
    public static object? One(string dataFolder, string question) => Read(dataFolder, question).Single().Single();
}
