using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary><c>host.outbound</c> holds for providers and for the issuers of tokens alike: its proxy is asked, and its authorities are trusted.</summary>
public sealed class OutboundTests
{
    private const string Token = """{"access_token":"ya29.token-over-the-proxy","expires_in":3600,"token_type":"Bearer"}""";

    [Fact]
    public async Task Proxy_IsAskedForProvidersAndTokens()
    {
        await using var proxy = await ScriptedUpstream.StartAsync();
        proxy.Respond = request => UpstreamAnswer.Json(request.Target.Contains("/token", StringComparison.Ordinal) ? Token : CredentialsFixture.Gemini);
        using var account = new ServiceAccountFile("http://issuer.example.test/token");
        await using var gateway = await GatewayServer.StartAsync(File(account, "http://models.example.test/v1/publishers/google", $"proxy: \"{proxy.Address}\""));

        var (status, body, _) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat());

        Assert.True(status == 200, body);
        Assert.Equal(["http://issuer.example.test/token", "http://models.example.test/v1/publishers/google/models/gemini-2.5-flash:generateContent"], proxy.Received.Select(request => request.Target));
        Assert.Equal(["Bearer ya29.token-over-the-proxy"], proxy.Received[1].Values("Authorization"));
    }

    [Fact]
    public async Task ProxyThatIsAway_IsToldAsTheCause_AndCounted()
    {
        await using var gone = await ScriptedUpstream.StartAsync();
        gone.Answer = UpstreamAnswer.Json("", 503);
        using var account = new ServiceAccountFile("http://issuer.example.test/token");
        await using var gateway = await GatewayServer.StartAsync(File(account, "http://models.example.test/v1/publishers/google", $"proxy: \"{gone.Address}\""));

        var (status, _, id) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat());

        Assert.Equal(502, status);
        var attempt = (await gateway.ReadRecordsAsync(id)).GetProperty("attempts")[0];
        Assert.Equal("credential_refused", attempt.GetProperty("outcome").GetString());
        Assert.Equal("not sent: no credentials for provider 'p': its issuer gave an answer that cannot be read", attempt.GetProperty("error").GetString());
        var metrics = await gateway.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("aigateway_credentials_fetches_total{kind=\"google\",outcome=\"failed\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authorities_AreTrustedForProvidersAndTokens_AndNobodyElseIs()
    {
        using var authority = Certificate("Corporate root", isAuthority: true, signer: null);
        using var server = Certificate("localhost", isAuthority: false, authority);
        await using var site = await StartAsync(server);
        var address = new Uri(site.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        using var account = new ServiceAccountFile(new Uri(address, "token").ToString());
        var bundle = Path.GetTempFileName();
        await System.IO.File.WriteAllTextAsync(bundle, authority.ExportCertificatePem(), TestContext.Current.CancellationToken);

        await using (var trusting = await GatewayServer.StartAsync(File(account, $"{address}models", $"ca_bundle: \"{bundle}\"")))
        {
            var (status, body, _) = await CredentialsFixture.SendAsync(trusting.Client, CredentialsFixture.Chat());
            Assert.True(status == 200, body);
            var metrics = await trusting.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Contains("aigateway_credentials_fetches_total{kind=\"google\",outcome=\"succeeded\"} 1", metrics, StringComparison.Ordinal);
            Assert.Contains("aigateway_credentials_expires_in_seconds{kind=\"google\",provider=\"p\"} 3", metrics, StringComparison.Ordinal);
            Assert.DoesNotContain("ya29", metrics, StringComparison.Ordinal);
        }
        await using (var strict = await GatewayServer.StartAsync(File(account, $"{address}models", null)))
        {
            var (status, _, _) = await CredentialsFixture.SendAsync(strict.Client, CredentialsFixture.Chat());
            Assert.Equal(502, status);
        }
        System.IO.File.Delete(bundle);
    }

    private static string File(ServiceAccountFile account, string baseUrl, string? outbound) => $$"""
        providers:
          p: { kind: vertex, base_url: "{{baseUrl}}", credentials: { type: google, file: "{{account.Path}}" } }
        deployments:
          d: { provider: p, model: gemini-2.5-flash }
        aliases:
          chat: { groups: [{ deployments: [d] }], retries: { max_attempts: 1 } }
        host:
          drain_timeout: 1s
        {{(outbound is null ? "" : $"  outbound: {{ {outbound} }}")}}
        """;

    private static async Task<WebApplication> StartAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(context.Request.Path == "/token" ? Token : CredentialsFixture.Gemini);
        });
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 Certificate(string name, bool isAuthority, X509Certificate2? signer)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (signer is null)
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(
            signer, new DateTimeOffset(signer.NotBefore), new DateTimeOffset(signer.NotAfter), [1, 2, 3, 4]);
        using var own = signed.CopyWithPrivateKey(key);
        // Windows wants the key in a store.
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
    }
}
