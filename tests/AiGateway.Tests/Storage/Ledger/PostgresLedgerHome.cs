using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Storage.Ledger;
using AiGateway.Storage.Postgres;
using AiGateway.TestKit;
using Npgsql;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>A database with an empty ledger, and one node that appends to it; more can be had.</summary>
internal sealed class PostgresLedgerHome : ILedgerHome
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-ledger-").FullName;
    private readonly PostgresServer _server;
    private readonly string _name;
    private readonly List<IDisposable> _nodes = [];

    private readonly TimeProvider _clock;

    public PostgresLedgerHome(PostgresServer server, string name, TimeProvider? clock = null)
    {
        (_server, _name, _clock) = (server, name, clock ?? TimeProvider.System);
        if (Execute(server.ConnectionString(), $"SELECT 1 FROM pg_database WHERE datname = '{name}'") is null)
        {
            Execute(server.ConnectionString(), $"CREATE DATABASE {name}");
        }
        Tamper($"DROP SCHEMA IF EXISTS {LedgerTables.Name} CASCADE");
        Database = new PostgresDatabase(Address);
        Store = Node("first");
        Reader = new PostgresLedgerReader(Database);
        Audit = new PostgresLedgerAudit(Database);
    }

    public PostgresAddress Address => new("127.0.0.1", _server.Port, _name, "gateway", Password: null, "disable", RootCertificate: null);

    public PostgresDatabase Database { get; }

    public ILedgerStore Store { get; }

    public ILedgerReader Reader { get; }

    public ILedgerAudit Audit { get; }

    /// <summary>A store of a node with a data folder of this name, and connections of its own.</summary>
    /// <param name="name">The data folder.</param>
    /// <param name="port">Where the server is reached, if not directly.</param>
    public PostgresLedgerStore Node(string name, int? port = null)
    {
        var database = new PostgresDatabase(Address with { Port = port ?? _server.Port });
        _nodes.Add(database);
        return new PostgresLedgerStore(database, Path.Combine(_folder, name), _clock);
    }

    /// <inheritdoc />
    public ICorrectionStore Corrections() => PostgresCorrections.OpenToRead(Database);

    /// <inheritdoc />
    public ICorrectionStore CorrectionsToWrite() => PostgresCorrections.OpenToWrite(Database);

    /// <inheritdoc />
    public void DropTrigger(string table, string trigger) => Tamper($"DROP TRIGGER {trigger} ON {table}");

    /// <inheritdoc />
    public object? Tamper(string text) => Execute($"{_server.ConnectionString(_name)};Search Path={LedgerTables.Name}", text);

    /// <summary>Takes away what refuses changes.</summary>
    public void DropTriggers()
    {
        DropTrigger("requests", "requests_are_not_changed");
        DropTrigger("lines", "lines_are_not_changed");
        DropTrigger("heads", "heads_are_not_removed");
    }

    public void Dispose()
    {
        Database.Dispose();
        _nodes.ForEach(static node => node.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs SQL of a test on a connection of its own.</summary>
    public static object? Execute(string connectionString, string text)
    {
        using var connection = new NpgsqlConnection($"{connectionString};Pooling=False");
        connection.Open();
        using var command = PostgresDatabase.Command(connection, text);
        return command.ExecuteScalar();
    }
}
