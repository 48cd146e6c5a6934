using System.Globalization;
using Microsoft.Data.Sqlite;

namespace AiGateway.Storage;

/// <summary>Opens a SQLite file of the data folder: its owner's alone, with a write-ahead log, brought to the newest form.</summary>
internal static class SqliteFile
{
    // A lock of another process is waited for this long.
    private const int BusySeconds = 2;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">Pragmas of the connection.</param>
    /// <param name="steps">What makes form <c>n</c> of form <c>n - 1</c>; a step that was published is never changed.</param>
    /// <param name="fileSettings">Pragmas of the file, which are set when it is made.</param>
    /// <exception cref="SqliteException">It is locked, damaged, or out of reach.</exception>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    /// <exception cref="InvalidDataException">It is of a newer form.</exception>
    public static SqliteConnection Open(string path, string settings, ReadOnlySpan<string> steps, string fileSettings = "")
    {
        SqliteEngine.Start();
        PrivateFile.Make(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            // A pooled connection would hold the file open, and a damaged one with it.
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        try
        {
            connection.Open();
            Execute(connection, settings);
            if (VersionOf(connection, steps.Length) < steps.Length)
            {
                // Of the file, not of the connection, and impossible within a transaction; asking for them again would wait for a writer's lock.
                Execute(connection, fileSettings + "PRAGMA journal_mode = WAL;");
                Migrate(connection, steps);
            }
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A statement. Its text is a constant; what varies is a parameter.</summary>
    public static SqliteCommand Command(SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this folder; what varies is a parameter.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
        return command;
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public static int Execute(SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, text, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of a statement's first row; null for none.</summary>
    public static object? Scalar(SqliteConnection connection, string text, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, text, parameters);
        return command.ExecuteScalar();
    }

    private static void Migrate(SqliteConnection connection, ReadOnlySpan<string> steps)
    {
        Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            // Asked again under the lock: another process may have been quicker.
            for (var version = VersionOf(connection, steps.Length); version < steps.Length; version++)
            {
                Execute(connection, steps[version]);
            }
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {steps.Length}; COMMIT;"));
        }
        catch
        {
            Execute(connection, "ROLLBACK");
            throw;
        }
    }

    private static int VersionOf(SqliteConnection connection, int newest)
    {
        var version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
        return version <= newest ? version : throw new InvalidDataException($"The file has form {version}, and this version of the gateway knows forms up to {newest}.");
    }
}
