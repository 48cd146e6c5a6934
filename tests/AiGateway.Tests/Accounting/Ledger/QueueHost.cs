using System.Diagnostics.Metrics;
using AiGateway.Accounting;
using AiGateway.Accounting.Ledger;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.Tests.Accounting.Ledger;

/// <summary>A queue on a temporary data folder, with a store in memory, or a given one.</summary>
internal sealed class QueueHost : IAsyncDisposable, ILogger<LedgerQueue>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<string> _lines = [];
    private readonly ILedgerStore _store;

    public QueueHost(LedgerModel? settings = null, ILedgerStore? store = null, string? folder = null)
    {
        DataFolder = folder ?? Directory.CreateTempSubdirectory("aigateway-queue-").FullName;
        _store = store ?? new MemoryStore();
        Metrics = new LedgerMetrics(_services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        Queue = new LedgerQueue(DataFolder, settings ?? LedgerModel.Default, _store, new CostCalculator(AccountingFixture.Catalogue), TimeProvider.System, Metrics, this);
    }

    public string DataFolder { get; }

    /// <summary>The store, where it is one in memory.</summary>
    public MemoryStore Store => (MemoryStore)_store;

    public LedgerMetrics Metrics { get; }

    public LedgerQueue Queue { get; }

    /// <summary>What was logged.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Files of queues.</summary>
    public IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(DataFolder, QueueFolder.RootName), "*.wal", SearchOption.AllDirectories);

    /// <summary>A record as an exchange with one call leaves it.</summary>
    public static RequestRecord Record(string id)
    {
        var exchange = RecordFixture.Exchange(id, """{"model":"m","messages":[]}""");
        exchange.Status = 200;
        exchange.Outcome = RequestOutcome.Completed;
        return new RequestRecord(exchange, TimeSpan.FromMilliseconds(1));
    }

    /// <summary>An exchange that is about to be sent.</summary>
    public static (Exchange Exchange, AttemptRecord Attempt) Sending(string id)
    {
        var exchange = RecordFixture.Exchange(id, """{"model":"m","max_tokens":7,"messages":[{"role":"user","content":"hello there"}]}""");
        var attempt = new AttemptRecord(AccountingFixture.Deployment("openai", "gpt-4o-mini"), "gpt-4o-mini", "openai#1");
        exchange.Plan = new Plan { Alias = RecordFixture.Alias("fast"), Deployments = [attempt.Deployment] };
        exchange.Attempts.Add(attempt);
        return (exchange, attempt);
    }

    /// <summary>Waits, in real time, until something is so.</summary>
    public static async Task WaitAsync(Func<bool> isSo, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, what);
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        await _services.DisposeAsync();
        if (Directory.Exists(DataFolder))
        {
            Directory.Delete(DataFolder, recursive: true);
        }
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add($"{eventId.Id} {formatter(state, exception)}");
        }
    }
}
