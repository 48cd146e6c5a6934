using System.ClientModel;
using System.ClientModel.Primitives;
using AiGateway.TestKit;
using OpenAI;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>One simulator for the tests of a class, and clients for it.</summary>
public sealed class SimulatorFixture : IAsyncLifetime
{
    public SimulatorServer Server { get; private set; } = null!;

    /// <summary>Without retries, so that a fault is seen as it is.</summary>
    public OpenAIClient OpenAI { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await SimulatorServer.StartAsync();
        OpenAI = new OpenAIClient(
            new ApiKeyCredential("sk-any"),
            new OpenAIClientOptions { Endpoint = new Uri(Server.Address, "v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}
