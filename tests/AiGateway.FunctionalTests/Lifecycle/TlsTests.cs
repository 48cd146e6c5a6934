using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Configuration;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.Hosting;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Lifecycle;

/// <summary>The listener's own TLS: the certificate comes from files, and a renewal needs no restart.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task Certificate_IsReadAgainWhenItsFilesChange_AndABadRenewalChangesNothing()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("aigateway-tls-").FullName;
        var (certificate, key) = (Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        var first = Write(certificate, key, "first");
        var clock = new MovableClock();
        using var file = new GatewayFile(RoutingText.ForSimulators([simulator.Address]), $$"""  tls: { certificate: "{{certificate}}", key: "{{key}}" }""", "https");
        var loader = new ConfigurationLoader(new StateRegistry(), _ => null, clock);
        var loaded = loader.Load(file.Path);
        Assert.True(loaded.Snapshot is not null, string.Join('\n', loaded.Errors));
        await using var gateway = GatewayHost.Build(file.Path, loaded.Snapshot, loader, clock);
        await gateway.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(first, await SeenAsync(file.Address));

        var second = Write(certificate, key, "second");
        clock.Skip(TimeSpan.FromSeconds(11));
        Assert.Equal(second, await SeenAsync(file.Address));

        await File.WriteAllTextAsync(certificate, "not a certificate", TestContext.Current.CancellationToken);
        clock.Skip(TimeSpan.FromSeconds(11));
        Assert.Equal(second, await SeenAsync(file.Address));
        await gateway.StopAsync(TestContext.Current.CancellationToken);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task UnreadableCertificateAtStart_IsOneClearLine()
    {
        using var file = new GatewayFile(
            """
            providers:
              simulated: {}
            deployments:
              demo: { provider: simulated, model: "*" }
            aliases:
              demo/*: { groups: [{ deployments: [demo] }] }
            """,
            "  tls: { certificate: /nowhere/tls.crt, key: /nowhere/tls.key }", "https");
        await using var process = file.Start();

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("/nowhere/tls.", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host.tls", "https", "  tls: { certificate: \"FILE\", key: \"FILE\" }")]
    [InlineData("host.outbound.ca_bundle", "http", "  outbound: { ca_bundle: \"FILE\" }")]
    public async Task FileThatIsNoCertificate_IsOneClearLine(string setting, string scheme, string host)
    {
        var garbage = Path.GetTempFileName();
        await File.WriteAllTextAsync(garbage, "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n", TestContext.Current.CancellationToken);
        using var file = new GatewayFile(
            """
            providers:
              simulated: {}
            deployments:
              demo: { provider: simulated, model: "*" }
            aliases:
              demo/*: { groups: [{ deployments: [demo] }] }
            """,
            host.Replace("FILE", garbage, StringComparison.Ordinal), scheme);
        await using var process = file.Start();

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains($"did not start: '{setting}' names {garbage}", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
        File.Delete(garbage);
    }

    /// <summary>The fingerprint of the certificate that a new connection is shown.</summary>
    private static async Task<string> SeenAsync(Uri gateway)
    {
        var seen = "";
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            seen = ((X509Certificate2)shown!).Thumbprint;
            return true;
        };
        using var client = new HttpClient(handler);
        using var answer = await client.GetAsync(new Uri(gateway, "healthz"));
        answer.EnsureSuccessStatusCode();
        return seen;
    }

    private static string Write(string certificate, string key, string name)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", pair, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificate, made.ExportCertificatePem());
        return made.Thumbprint;
    }

    /// <summary>The system's clock, which a test can move on.</summary>
    private sealed class MovableClock : TimeProvider
    {
        private TimeSpan _skipped;

        public void Skip(TimeSpan by) => _skipped += by;

        public override long GetTimestamp() => System.GetTimestamp() + (long)(_skipped.TotalSeconds * System.TimestampFrequency);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _skipped;
    }
}
