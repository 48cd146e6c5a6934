using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>A simulator in a process of its own, which can be killed and come back on the same port.</summary>
public sealed class SimulatorProcess : IAsyncDisposable
{
    private SimulatorProcess(ChildProcess process, Uri address)
    {
        Process = process;
        Address = address;
        Control = new SimulatorControl(address);
    }

    /// <summary>The process.</summary>
    public ChildProcess Process { get; }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:9001/</c>.</summary>
    public Uri Address { get; }

    /// <summary>Its statistics and faults.</summary>
    public SimulatorControl Control { get; }

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="name">Its name in statistics and answers.</param>
    /// <param name="port">The loopback port; 0 takes a free one.</param>
    /// <param name="switches">More switches, such as <c>--latency 20</c> as two strings.</param>
    public static async Task<SimulatorProcess> StartAsync(string name = "sim", int port = 0, params string[] switches)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "AiGateway.Simulator.dll");
        var process = ChildProcess.StartDotnet(dll, ["--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), "--name", name, .. switches]);
        try
        {
            var line = await process.WaitForLineAsync(@"simulator listening on (http://\S+)");
            return new SimulatorProcess(process, new Uri(line.Groups[1].Value));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Control.Dispose();
        await Process.DisposeAsync();
    }
}
