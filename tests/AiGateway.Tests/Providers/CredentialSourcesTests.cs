using AiGateway.Configuration;
using AiGateway.Providers;
using AiGateway.Providers.Credentials;
using AiGateway.TestKit;
using AiGateway.Tests.Configuration;
using AiGateway.Tests.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Providers;

/// <summary>Who shares a token with whom, and for how long.</summary>
public sealed class CredentialSourcesTests
{
    private const string Rest = "deployments: {d: {provider: p, model: m}}\naliases: {a: {groups: [{deployments: [d]}]}}\n";

    [Fact]
    public void EqualSettings_ShareOneAuthorizer_AlsoOverReloads()
    {
        using var telemetry = new MetricsHost(With("us-east-1"));
        using var transport = new TokenTransport(new OutboundHandlers(HostModel.Default, new TrustedAuthorities(HostModel.Default)));
        using var sources = Sources(telemetry, transport);
        var holder = telemetry.Snapshots;
        var first = sources.For(Credentials(holder));

        holder.Swap(With("us-east-1"));
        sources.OnReload(new ReloadResult(true, "v", default, [], []));

        Assert.Same(first, sources.For(Credentials(holder)));
    }

    [Fact]
    public void SettingsThatNobodyNamesAnyMore_AreLetGo()
    {
        using var telemetry = new MetricsHost(With("us-east-1"));
        using var transport = new TokenTransport(new OutboundHandlers(HostModel.Default, new TrustedAuthorities(HostModel.Default)));
        using var sources = Sources(telemetry, transport);
        var holder = telemetry.Snapshots;
        var first = sources.For(Credentials(holder));

        holder.Swap(With("eu-west-1"));
        sources.OnReload(new ReloadResult(true, "v", default, [], []));
        holder.Swap(With("us-east-1"));
        sources.OnReload(new ReloadResult(true, "v", default, [], []));

        Assert.NotSame(first, sources.For(Credentials(holder)));
    }

    [Fact]
    public async Task Fetches_AreCountedByKindAndOutcome()
    {
        var file = Path.GetTempFileName();
        using var telemetry = new MetricsHost(Loading.Good($"providers: {{p: {{kind: vertex, base_url: 'http://127.0.0.1:1', credentials: {{type: google, file: '{file}'}}}}}}\n{Rest}"));
        using var transport = new TokenTransport(new OutboundHandlers(HostModel.Default, new TrustedAuthorities(HostModel.Default)));
        using var sources = Sources(telemetry, transport);
        using var request = new UpstreamRequest(HttpMethod.Get, new Uri("http://127.0.0.1:1"), telemetry.Snapshots.Current.Deployments["d"], null);

        await Assert.ThrowsAsync<TokenException>(async () => await sources.For(Credentials(telemetry.Snapshots)).AuthorizeAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal(["aigateway_credentials_fetches_total{kind=\"google\",outcome=\"failed\"} 1"], telemetry.Samples("aigateway_credentials_fetches_total"));
        Assert.Single(telemetry.Samples("aigateway_credentials_fetch_duration_seconds_count"));
        Assert.Empty(telemetry.Samples("aigateway_credentials_expires_in_seconds"));
        File.Delete(file);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data", true)]
    [InlineData("http://169.254.170.2/v2/credentials", true)]
    [InlineData("http://[fd00:ec2::254]/latest", true)]
    [InlineData("http://[fe80::1]/x", true)]
    [InlineData("http://127.0.0.1:41000/msi/token", true)]
    [InlineData("http://localhost:40342/metadata", true)]
    [InlineData("http://metadata.google.internal/computeMetadata/v1", true)]
    [InlineData("https://sts.us-east-1.amazonaws.com/", false)]
    [InlineData("https://oauth2.googleapis.com/token", false)]
    [InlineData("https://10.0.0.1/token", false)]
    [InlineData("https://[2001:db8::1]/token", false)]
    public void OwnIdentityOfTheMachine_IsAskedPastTheProxy(string address, bool isDirect)
    {
        var proxy = new TokenTransport.ProxyForOthers(new Uri("http://proxy:3128"));

        Assert.Equal(isDirect, proxy.IsBypassed(new Uri(address)));
        Assert.Equal(isDirect ? null : new Uri("http://proxy:3128"), proxy.GetProxy(new Uri(address)));
    }

    private static CredentialSources Sources(MetricsHost telemetry, TokenTransport transport) =>
        new(new TestClock(), telemetry.Snapshots, transport, telemetry.Credentials, NullLogger<CredentialSources>.Instance);

    private static Snapshot With(string region) =>
        Loading.Good($"providers: {{p: {{kind: bedrock-converse, base_url: 'http://127.0.0.1:1', credentials: {{type: aws, region: {region}}}}}}}\n{Rest}");

    private static CredentialsModel Credentials(SnapshotHolder holder) => holder.Current.Providers["p"].Credentials;
}
