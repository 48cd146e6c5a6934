using AiGateway.TestKit;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>One PostgreSQL for the tests of a class, each with a database of its own. Where none is installed, each of them is skipped.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private SkipException? _missing;
    private PostgresServer? _server;
    private int _databases;

    /// <summary>The server.</summary>
    public PostgresServer Server => _server ?? throw _missing!;

    /// <summary>The name of a database that is not there yet.</summary>
    public string NextDatabase() => $"ledger_{Interlocked.Increment(ref _databases)}";

    public async ValueTask InitializeAsync()
    {
        try
        {
            _server = await PostgresServer.StartOrSkipAsync();
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
