using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Failover;

/// <summary>Two simulators, and a gateway whose alias <c>chat</c> prefers the first. The circuit breaker stays out of it.</summary>
public sealed class TwoSimulators : IAsyncLifetime
{
    /// <summary>A circuit that does not open in a few dozen requests.</summary>
    internal const string CalmBreaker = """
        breaker:
          minimum_attempts: 100000
        """;

    // Long enough for a machine with other things to do, short enough for a test.
    private const string Patience = """
        timeouts:
          first_byte: 1500ms
          idle: 1500ms
        retries:
          base_delay: 10ms
        aliases:
          held: { groups: [{ deployments: [chat-a] }, { deployments: [chat-b] }], hold_back: { events: 3, for: 20s } }
        """;

    public SimulatorServer A { get; private set; } = null!;

    public SimulatorServer B { get; private set; } = null!;

    public GatewayServer Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        A = await SimulatorServer.StartAsync(options => options.Name = "a");
        B = await SimulatorServer.StartAsync(options => options.Name = "b");
        Gateway = await GatewayServer.ForSimulatorsAsync([A.Address, B.Address], CalmBreaker + "\n" + Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await A.DisposeAsync();
        await B.DisposeAsync();
    }

    /// <summary>A second gateway before the same simulators, for tests whose faults leave keys or deployments resting.</summary>
    internal Task<GatewayServer> AnotherGatewayAsync(string extras = "", GatewayServerOptions? options = null) => GatewayServer.ForSimulatorsAsync([A.Address, B.Address], CalmBreaker + "\n" + extras, options);

    /// <summary>Asks the alias <c>chat</c> while the first simulator has a fault, and gives the answer with its record.</summary>
    internal async Task<(ChatAnswer Answer, JsonElement Record)> AskWithFaultAsync(string? faultOfA, bool stream, GatewayServer? gateway = null, string model = "chat", string? faultOfB = null)
    {
        gateway ??= Gateway;
        await A.Control.ResetAsync();
        await B.Control.ResetAsync();
        await A.Control.SetFaultAsync(faultOfA);
        await B.Control.SetFaultAsync(faultOfB);
        var answer = await ChatAnswer.AskAsync(gateway.Client, model, stream, Guid.CreateVersion7().ToString());
        return (answer, await gateway.ReadRecordsAsync(answer.RequestId));
    }

    /// <summary>The outcomes of a record's attempts, in order.</summary>
    internal static string AttemptsOf(JsonElement record) => string.Join(' ', record.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("outcome").GetString()));
}
