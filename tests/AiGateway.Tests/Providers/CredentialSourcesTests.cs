using AiGateway.Configuration;
using AiGateway.Providers.Credentials;
using AiGateway.TestKit;
using AiGateway.Tests.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Providers;

/// <summary>Who shares a token with whom, and for how long.</summary>
public sealed class CredentialSourcesTests
{
    private const string Rest = "deployments: {d: {provider: p, model: m}}\naliases: {a: {groups: [{deployments: [d]}]}}\n";

    [Fact]
    public void EqualSettings_ShareOneAuthorizer_AlsoOverReloads()
    {
        var holder = new SnapshotHolder(With("us-east-1"));
        using var sources = new CredentialSources(new TestClock(), holder, NullLogger<CredentialSources>.Instance);
        var first = sources.For(Credentials(holder));

        holder.Swap(With("us-east-1"));
        sources.OnReload(new ReloadResult(true, "v", default, [], []));

        Assert.Same(first, sources.For(Credentials(holder)));
    }

    [Fact]
    public void SettingsThatNobodyNamesAnyMore_AreLetGo()
    {
        var holder = new SnapshotHolder(With("us-east-1"));
        using var sources = new CredentialSources(new TestClock(), holder, NullLogger<CredentialSources>.Instance);
        var first = sources.For(Credentials(holder));

        holder.Swap(With("eu-west-1"));
        sources.OnReload(new ReloadResult(true, "v", default, [], []));
        holder.Swap(With("us-east-1"));
        sources.OnReload(new ReloadResult(true, "v", default, [], []));

        Assert.NotSame(first, sources.For(Credentials(holder)));
    }

    private static Snapshot With(string region) =>
        Loading.Good($"providers: {{p: {{kind: bedrock-converse, base_url: 'http://127.0.0.1:1', credentials: {{type: aws, region: {region}}}}}}}\n{Rest}");

    private static CredentialsModel Credentials(SnapshotHolder holder) => holder.Current.Providers["p"].Credentials;
}
