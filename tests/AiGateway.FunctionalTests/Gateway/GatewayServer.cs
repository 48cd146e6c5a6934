using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.Hosting;
using AiGateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;

namespace AiGateway.FunctionalTests.Gateway;

/// <summary>The real gateway inside the test process, on free loopback ports.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private const int StartAttempts = 5;

    private readonly WebApplication _app;
    private readonly GatewayFolder _folder;

    private GatewayServer(WebApplication app, GatewayFolder folder, int port, int adminPort)
    {
        _app = app;
        _folder = folder;
        Address = new Uri($"http://127.0.0.1:{port}/");
        AdminAddress = new Uri($"http://127.0.0.1:{adminPort}/");
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        Admin = new HttpClient { BaseAddress = AdminAddress };
    }

    /// <summary>Where callers go.</summary>
    public Uri Address { get; }

    /// <summary>Where operators go: health, metrics, admin endpoints.</summary>
    public Uri AdminAddress { get; }

    /// <summary>A client at <see cref="Address"/>, without a key.</summary>
    public HttpClient Client { get; }

    /// <summary>A client at <see cref="AdminAddress"/>.</summary>
    public HttpClient Admin { get; }

    /// <summary>The gateway's services, for what cannot be seen from outside.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The routing file; to be rewritten by tests of reload.</summary>
    public string RoutingFile => _folder.RoutingFile;

    /// <summary>The folder of what outlives the process.</summary>
    public string DataFolder => _folder.DataFolder;

    /// <summary>Every record that is written by now.</summary>
    public Task<IReadOnlyList<JsonElement>> RecordsAsync() => _folder.RecordsAsync();

    /// <summary>Waits until the record of a request is written. Needs a clock that goes.</summary>
    /// <param name="requestId">The <c>x-request-id</c> of its answer.</param>
    public Task<JsonElement> ReadRecordsAsync(string requestId) =>
        _folder.WaitForRecordAsync(record => record.GetProperty("id").GetString() == requestId, $"request {requestId}");

    /// <summary>Waits until the record of a request for a model is written; for clients that do not show the request's id.</summary>
    public Task<JsonElement> ReadRecordOfModelAsync(string model) => _folder.WaitForRecordAsync(
        record => record.TryGetProperty("requested_model", out var requested) && requested.GetString() == model, $"a request for {model}");

    /// <summary>Waits until a record that fits is written, for requests whose id the test does not see.</summary>
    public Task<JsonElement> WaitForRecordAsync(Func<JsonElement, bool> isWanted) => _folder.WaitForRecordAsync(isWanted, "the kind waited for");

    /// <summary>Starts a gateway.</summary>
    /// <param name="yaml">The routing file without ports, records and data folder: these are added to its <c>host:</c> section, which must be in block style.</param>
    /// <param name="options">Environment and clock.</param>
    /// <exception cref="InvalidOperationException">The file has errors; the message holds them.</exception>
    public static async Task<GatewayServer> StartAsync(string yaml, GatewayServerOptions? options = null)
    {
        options ??= new GatewayServerOptions();
        for (var attempt = 1; ; attempt++)
        {
            var folder = new GatewayFolder(options.DataFolder);
            WebApplication? app = null;
            try
            {
                var (port, adminPort) = (FreePort.Next(), FreePort.Next());
                await File.WriteAllTextAsync(folder.RoutingFile, WithHost(yaml, folder, port, adminPort));
                app = Build(folder.RoutingFile, options);
                await app.StartAsync();
                return new GatewayServer(app, folder, port, adminPort);
            }
            catch (IOException taken) when (taken.InnerException is AddressInUseException && attempt < StartAttempts)
            {
                await GiveUpAsync(app, folder);
            }
            catch
            {
                await GiveUpAsync(app, folder);
                throw;
            }
        }
    }

    /// <summary>Starts a gateway in front of one simulator, named <c>a</c>; see <see cref="ForSimulatorsAsync"/>.</summary>
    public static Task<GatewayServer> ForSimulatorAsync(SimulatorServer simulator, string extras = "", GatewayServerOptions? options = null) =>
        ForSimulatorsAsync([simulator.Address], extras, options);

    /// <summary>Starts a gateway in front of simulators, which it calls a, b, c … in order.</summary>
    /// <param name="simulators">Their base addresses.</param>
    /// <param name="extras">
    /// More of the routing file, in block style: sections that are there already (<c>providers:</c>, <c>deployments:</c>, <c>aliases:</c>,
    /// <c>prices:</c>, <c>host:</c>) are continued, others (<c>callers:</c>, <c>retries:</c> …) added.
    /// </param>
    /// <param name="options">Environment and clock.</param>
    /// <remarks>
    /// For each simulator x: provider <c>sim-x</c>, deployments <c>any-x</c> (any model) and <c>chat-x</c> (model <c>chat-model</c>, 1 USD and 10 USD
    /// per million tokens), alias <c>x/*</c>. Over all of them, each the fallback of the one before: aliases <c>any/*</c> and <c>chat</c>.
    /// A fault is asked for in the model name: <c>a/gpt!status=503</c>.
    /// </remarks>
    public static Task<GatewayServer> ForSimulatorsAsync(IReadOnlyList<Uri> simulators, string extras = "", GatewayServerOptions? options = null) =>
        StartAsync(RoutingText.Merge(RoutingText.ForSimulators(simulators), extras), options);

    /// <summary>The <c>key_hash</c> of a caller's key.</summary>
    public static string HashOf(string key) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>Stops gracefully, as after SIGTERM.</summary>
    public Task StopAsync() => _app.StopAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Admin.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A routing file with the host settings that a test needs. The admin section is the last, so that a test's own lines may continue it.</summary>
    internal static string WithHost(string yaml, GatewayFolder folder, int port, int adminPort) => RoutingText.Merge(
        $"""
        host:
          listen: http://127.0.0.1:{port}
          records: "{folder.RecordsFile}"
          data_folder: "{folder.DataFolder}"
        {LedgerOf(yaml)}
          admin:
            listen: http://127.0.0.1:{adminPort}
        """,
        yaml);

    // A ledger costs files, a thread and syncs of the disk at each start and stop: for tests that ask for one.
    private static string LedgerOf(string yaml) => yaml.Contains("\n  ledger:", StringComparison.Ordinal) ? "" : "  ledger: { store: off }";

    private static WebApplication Build(string path, GatewayServerOptions options)
    {
        var loader = new ConfigurationLoader(new StateRegistry(), options.Environment.GetValueOrDefault, options.Clock);
        var loaded = loader.Load(path);
        if (loaded.Snapshot is not { } snapshot)
            throw new InvalidOperationException($"{string.Join('\n', loaded.Errors)}\nin\n{File.ReadAllText(path)}");
        return GatewayHost.Build(path, snapshot, loader, options.Clock);
    }

    private static async Task GiveUpAsync(WebApplication? app, GatewayFolder folder)
    {
        if (app is not null)
            await app.DisposeAsync();
        folder.Dispose();
    }
}
