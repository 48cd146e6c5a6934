using System.Net.Sockets;
using System.Security.Authentication;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using Npgsql;

namespace AiGateway.Storage.Postgres;

/// <summary>One PostgreSQL database: its connections, its schemas' versions, and what is said of its faults. Thread-safe.</summary>
/// <remarks>
/// Nothing here prints the connection string: messages name the host, the port and the database, and what the server said without
/// its detail, which may show values of rows. After any fault call <see cref="Forget"/>: connections that were made before a
/// restart of the server would fail one by one otherwise.
/// </remarks>
internal sealed class PostgresDatabase : IDisposable
{
    // A gateway's own use: one writer, two reports at once, a listener, run-time keys.
    private const int MostConnections = 16;

    // A host that answers nothing must not hold the committer for long.
    private const int ConnectSeconds = 5;

    // Of one command. A batch takes some ten milliseconds; a server that needs longer than this is slow to a fault.
    private const int CommandSeconds = 30;

    // A new index on many millions of rows.
    private const int MigrationSeconds = 1_800;

    // Finds a peer that is gone without a word, on connections that wait for notifications too.
    private const int KeepAliveSeconds = 30;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresAddress _address;

    /// <summary>Makes no connection yet.</summary>
    public PostgresDatabase(PostgresAddress address)
    {
        _address = address;
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Database = address.Database,
            Username = address.User,
            Password = address.Password?.Reveal(),
            SslMode = Enum.Parse<SslMode>(address.Tls.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            RootCertificate = address.RootCertificate,
            ApplicationName = "AiGateway",
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
            KeepAlive = KeepAliveSeconds,
            MaxPoolSize = MostConnections,
        };
        _source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>Host, port and database, for messages.</summary>
    public string Name => _address.ToString();

    /// <summary>An open connection of the pool; give it back by disposing it.</summary>
    /// <exception cref="NpgsqlException">The server is away, or refuses.</exception>
    public NpgsqlConnection Open() => _source.OpenConnection();

    /// <summary>An open connection of the pool; give it back by disposing it.</summary>
    /// <exception cref="NpgsqlException">The server is away, or refuses.</exception>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    /// <summary>Makes a schema's tables, or brings them to its newest version. Of nodes that start at once one does it, and the others wait.</summary>
    /// <exception cref="InvalidDataException">They are of a newer version.</exception>
    /// <exception cref="NpgsqlException">The server is away, or refuses.</exception>
    public void Migrate(NpgsqlConnection connection, PostgresSchema schema, TimeProvider clock)
    {
        // First without a lock: a server that only reads is good enough for a schema that is there.
        if (VersionOf(connection, schema) == schema.Version)
        {
            return;
        }
        using var transaction = connection.BeginTransaction();
        Run(connection, "SELECT pg_advisory_xact_lock($1)", schema.LockNumber);
        var version = VersionOf(connection, schema);
        if (version == 0)
        {
            Run(connection, $"CREATE SCHEMA IF NOT EXISTS {schema.Name}");
            Run(connection, $"CREATE TABLE IF NOT EXISTS {schema.Name}.versions (version integer PRIMARY KEY, at timestamptz NOT NULL, program text NOT NULL)");
        }
        Run(connection, $"SET LOCAL search_path TO {schema.Name}");
        for (; version < schema.Version; version++)
        {
            Run(connection, schema.Steps[version]);
            Run(connection, $"INSERT INTO {schema.Name}.versions (version, at, program) VALUES ($1, $2, $3)", version + 1, clock.GetUtcNow().UtcDateTime, ProductVersion.Full);
        }
        transaction.Commit();
    }

    /// <summary>The version of a schema's tables; 0 where there are none.</summary>
    /// <exception cref="InvalidDataException">They are of a newer version.</exception>
    public int VersionOf(NpgsqlConnection connection, PostgresSchema schema)
    {
        if (!HasTable(connection, schema.Name, "versions"))
        {
            return 0;
        }
        using var newest = Command(connection, $"SELECT COALESCE(MAX(version), 0) FROM {schema.Name}.versions");
        var version = newest.ExecuteScalar() as int? ?? 0;
        return version <= schema.Version ? version : throw new InvalidDataException(
            $"The schema {schema.Name} of {Name} has form {version}, and this version of the gateway ({ProductVersion.Full}) knows forms up to {schema.Version}. Start the newer version again, or restore a backup from before it.");
    }

    /// <summary>Whether a table is there.</summary>
    public static bool HasTable(NpgsqlConnection connection, string schema, string table)
    {
        // Not by to_regclass: within a transaction it may not see what another one has made while this one waited for a lock.
        using var exists = Command(connection, "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2)", schema, table);
        return exists.ExecuteScalar() is true;
    }

    /// <summary>A command whose parameters <c>$1</c>, <c>$2</c>, … have these values.</summary>
    /// <param name="connection">Where it is to run.</param>
    /// <param name="text">A text of ours: what comes from elsewhere is a value.</param>
    /// <param name="values">The values; null stands for NULL.</param>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string text, params ReadOnlySpan<object?> values)
    {
#pragma warning disable CA2100 // Texts are made of constants and of names of our own schemas, tables and columns.
        var command = new NpgsqlCommand(text, connection);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }
        return command;
    }

    /// <summary>Lets go of the connections that nobody uses at the moment.</summary>
    public void Forget() => _source.Clear();

    /// <summary>Whether an exception is the database's, or of the way to it.</summary>
    public static bool IsFault(Exception exception) => exception is NpgsqlException or IOException or SocketException or TimeoutException or AuthenticationException
        or InvalidDataException or InvalidOperationException or InvalidCastException or OverflowException;

    /// <summary>What is said of a fault: the database, and what happened.</summary>
    public string Describe(Exception fault) => fault switch
    {
        // Names the database itself.
        InvalidDataException => fault.Message,
        PostgresException refused => $"{Name}: {refused.MessageText} (SQLSTATE {refused.SqlState})",
        _ => $"{Name}: {fault.Message}{(fault.InnerException is { } inner && !fault.Message.Contains(inner.Message, StringComparison.Ordinal) ? $" ({inner.Message})" : "")}",
    };

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();

    private static void Run(NpgsqlConnection connection, string text, params ReadOnlySpan<object?> values)
    {
        using var command = Command(connection, text, values);
        command.CommandTimeout = MigrationSeconds;
        command.ExecuteNonQuery();
    }
}
