using AiGateway.Configuration;
using AiGateway.Hosting;
using Microsoft.AspNetCore.Builder;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>A gateway in the test process, on a free loopback port, with a routing file of the test's own.</summary>
public sealed class StartedGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private StartedGateway(WebApplication app, DirectoryInfo folder)
    {
        _app = app;
        _folder = folder;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    /// <summary>Talks to the gateway.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts one.</summary>
    /// <param name="routing">The routing file without its <c>host</c>; <c>env:</c> references have the variable's name as value.</param>
    public static async Task<StartedGateway> StartAsync(string routing)
    {
        var folder = Directory.CreateTempSubdirectory("aigateway-");
        var path = Path.Combine(folder.FullName, "gateway.yaml");
        await File.WriteAllTextAsync(path, $$"""
            host:
              listen: http://127.0.0.1:0
              admin: { listen: "off" }
              records: "off"
              data_folder: {{folder.FullName}}
            {{routing}}
            """);
        var loader = new ConfigurationLoader(new StateRegistry(), name => name.StartsWith("TEST_", StringComparison.Ordinal) ? name : null, TimeProvider.System);
        var loaded = loader.Load(path);
        Assert.Empty(loaded.Errors.Select(error => error.ToString()));
        var app = GatewayHost.Build(path, loaded.Snapshot!, loader, TimeProvider.System);
        await app.StartAsync();
        return new StartedGateway(app, folder);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
