using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Gateway;

/// <summary>The built gateway in a process of its own, for what only a process has: signals, exit codes, standard output.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private readonly GatewayFolder _folder;

    private GatewayProcess(ChildProcess process, GatewayFolder folder, int port, int adminPort)
    {
        Process = process;
        _folder = folder;
        Address = new Uri($"http://127.0.0.1:{port}/");
        AdminAddress = new Uri($"http://127.0.0.1:{adminPort}/");
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        Admin = new HttpClient { BaseAddress = AdminAddress };
    }

    /// <summary>The process.</summary>
    public ChildProcess Process { get; }

    /// <summary>Where callers go.</summary>
    public Uri Address { get; }

    /// <summary>Where operators go.</summary>
    public Uri AdminAddress { get; }

    /// <summary>A client at <see cref="Address"/>, without a key.</summary>
    public HttpClient Client { get; }

    /// <summary>A client at <see cref="AdminAddress"/>.</summary>
    public HttpClient Admin { get; }

    /// <summary>The routing file; to be rewritten by tests of reload.</summary>
    public string RoutingFile => _folder.RoutingFile;

    /// <summary>The path of the program.</summary>
    public static string Dll => Path.Combine(AppContext.BaseDirectory, "AiGateway.dll");

    /// <summary>Every record that is written by now.</summary>
    public Task<IReadOnlyList<JsonElement>> RecordsAsync() => _folder.RecordsAsync();

    /// <summary>Waits until the record of a request is written.</summary>
    public Task<JsonElement> ReadRecordsAsync(string requestId) =>
        _folder.WaitForRecordAsync(record => record.GetProperty("id").GetString() == requestId, $"request {requestId}");

    /// <summary>Starts the gateway and waits until it is ready.</summary>
    /// <param name="yaml">As for <see cref="GatewayServer.StartAsync"/>.</param>
    /// <param name="environment">Added to this process's.</param>
    /// <param name="dataFolder">A data folder that others use too; null for one of its own.</param>
    public static async Task<GatewayProcess> StartAsync(string yaml, IReadOnlyDictionary<string, string?>? environment = null, string? dataFolder = null)
    {
        var folder = new GatewayFolder(dataFolder);
        var (port, adminPort) = (FreePort.Next(), FreePort.Next());
        await File.WriteAllTextAsync(folder.RoutingFile, GatewayServer.WithHost(yaml, folder, port, adminPort));
        var gateway = new GatewayProcess(ChildProcess.StartDotnet(Dll, ["--config", folder.RoutingFile], environment), folder, port, adminPort);
        try
        {
            await gateway.Process.WaitForHttpAsync(new Uri(gateway.AdminAddress, "healthz"));
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the gateway in front of simulators, as <see cref="GatewayServer.ForSimulatorsAsync"/> does.</summary>
    public static Task<GatewayProcess> ForSimulatorsAsync(IReadOnlyList<Uri> simulators, string extras = "", IReadOnlyDictionary<string, string?>? environment = null, string? dataFolder = null) =>
        StartAsync(RoutingText.Merge(RoutingText.ForSimulators(simulators), extras), environment, dataFolder);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Admin.Dispose();
        await Process.DisposeAsync();
        _folder.Dispose();
    }
}
