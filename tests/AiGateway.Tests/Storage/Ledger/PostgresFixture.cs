using AiGateway.TestKit;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>One PostgreSQL for the tests of a class. Where none is installed, each of them is skipped.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private SkipException? _missing;
    private PostgresServer? _server;

    /// <summary>The server.</summary>
    public PostgresServer Server => _server ?? throw _missing!;

    /// <summary>The database of the class's tests, one after the other: each begins with none of the ledger's tables.</summary>
    public const string Database = "ledger";

    // What a test writes need not survive the machine.
    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await PostgresServer.StartOrSkipAsync("fsync=off");
        }
        catch (SkipException missing)
        {
            _missing = missing;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
