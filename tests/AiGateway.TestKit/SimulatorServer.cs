using AiGateway.Simulator;
using Microsoft.AspNetCore.Builder;

namespace AiGateway.TestKit;

/// <summary>A simulator inside the test process, on a free loopback port.</summary>
public sealed class SimulatorServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.First());
        Control = new SimulatorControl(Address);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Its statistics and faults.</summary>
    public SimulatorControl Control { get; }

    /// <summary>Starts one.</summary>
    public static async Task<SimulatorServer> StartAsync(Action<SimulatorOptions>? configure = null)
    {
        var app = SimulatorApp.Build([], options =>
        {
            options.Urls = "http://127.0.0.1:0";
            configure?.Invoke(options);
        });
        await app.StartAsync();
        return new SimulatorServer(app);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Control.Dispose();
        await _app.DisposeAsync();
    }
}
