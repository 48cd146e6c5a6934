using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Configuration;
using AiGateway.FunctionalTests.Lifecycle;
using AiGateway.Hosting;
using Microsoft.AspNetCore.Builder;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A gateway with TLS of its own, which the official Node client and HTTP/2 need; nobody should check its certificate.</summary>
internal sealed class TlsGateway : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-wss-").FullName;
    private readonly GatewayFile _file;
    private WebApplication? _app;

    private TlsGateway(string routing)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", pair, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, "tls.key"), pair.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "tls.crt"), made.ExportCertificatePem());
        _file = new GatewayFile(routing, $$"""  tls: { certificate: "{{_folder}}/tls.crt", key: "{{_folder}}/tls.key" }""", "https");
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _file.Address;

    /// <summary>Starts one.</summary>
    public static async Task<TlsGateway> StartAsync(string routing)
    {
        var gateway = new TlsGateway(routing);
        var loader = new ConfigurationLoader(new StateRegistry(), _ => null, TimeProvider.System);
        var loaded = loader.Load(gateway._file.Path);
        Assert.True(loaded.Snapshot is not null, string.Join('\n', loaded.Errors));
        gateway._app = GatewayHost.Build(gateway._file.Path, loaded.Snapshot, loader, TimeProvider.System);
        await gateway._app.StartAsync();
        return gateway;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _file.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
