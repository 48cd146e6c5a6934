using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Storage.Redis;
using AiGateway.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>Shared limits on a Redis behind TLS and a password, and on a cluster.</summary>
public sealed class RedisKindTests
{
    private const string Password = "s3cret/of:redis";

    [Fact]
    public async Task ACluster_CountsEachOrganisationOnOneOfItsNodes()
    {
        await using var cluster = await RedisCluster.StartOrSkipAsync();
        // The first address is enough to find the others.
        var redis = SharedNode.ModelOf(cluster.Nodes[1]);
        await using var one = await SharedNode.StartAsync(redis, null);
        await using var two = await SharedNode.StartAsync(redis, null);
        var limit = SharedLimit.Of("few", LimitSharing.Exact, LimitMeasure.Tokens, 1_000);
        var budget = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 10_000);
        var leased = SharedLimit.Of("all", LimitSharing.Leased, LimitMeasure.Tokens, 100_000);
        var organisations = Enumerable.Range(0, 12).Select(i => string.Create(CultureInfo.InvariantCulture, $"org {i}")).ToArray();

        var went = await Task.WhenAll(organisations.SelectMany(organisation => Enumerable.Range(0, 16).Select(async i =>
        {
            var demand = new Demand(1, 50, 50, 1_000);
            var request = await (i % 2 == 0 ? one : two).AskAsync(
                new Claim(limit, "red", demand, organisation), new Claim(budget, "red", demand, organisation), new Claim(leased, "*", demand, organisation));
            if (request.Goes)
            {
                request.End(demand);
            }
            return (organisation, request.Goes);
        })));
        await one.SettledAsync();
        await two.SettledAsync();

        Assert.All(organisations, organisation => Assert.Equal(10, went.Count(each => each.organisation == organisation && each.Goes)));
    }

    [Fact]
    public async Task TlsAndAPassword_AreSpoken_AndCheckedOnBothSides()
    {
        await using var redis = await StartWithTlsAsync();
        var authority = Path.Combine(redis.Folder, "tls.crt");
        var url = RedisModel.TryParse($"rediss://:{Uri.EscapeDataString(Password)}@127.0.0.1:{redis.Port}", out _)! with { Timeout = TimeSpan.FromSeconds(10), KeyPrefix = "t:" };
        await using var node = await SharedNode.StartAsync(url, authority);
        var limit = SharedLimit.Of("few", LimitSharing.Exact, LimitMeasure.Tokens, 1_000);
        Assert.True((await node.AskAsync(limit.Claim(1_000))).Goes);
        Assert.False((await node.AskAsync(limit.Claim(1))).Goes);

        var strange = await FaultAsync(url, authorities: null);
        var locked = await FaultAsync(url with { Password = new Secret("another") }, authority);
        var open = await FaultAsync(url with { Password = null }, authority);

        Assert.All([strange, locked, open], fault => Assert.Equal(LimitStoreFault.Unavailable, fault.Fault));
        Assert.All([strange, locked, open], fault => Assert.DoesNotContain(Password, fault.ToString(), StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{strange.Message}\n{locked.Message}\n{open.Message}");
    }

    private static async Task<LimitStoreException> FaultAsync(RedisModel redis, string? authorities)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var connection = SharedNode.Connect(redis, services.GetRequiredService<IMeterFactory>(), authorities);
        var store = new RedisLimitStore(connection, "t:", "other", TimeSpan.FromSeconds(60), TimeProvider.System);
        return await Assert.ThrowsAsync<LimitStoreException>(() => store.BeginAsync("x", TimeSpan.Zero));
    }

    private static Task<RedisServer> StartWithTlsAsync() => RedisServer.StartOrSkipAsync(server =>
    {
        var (certificate, key) = (Path.Combine(server.Folder, "tls.crt"), Path.Combine(server.Folder, "tls.key"));
        using var pair = RSA.Create(2048);
        var request = new CertificateRequest("CN=redis", pair, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("127.0.0.1");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        var port = server.Port.ToString(CultureInfo.InvariantCulture);
        return ["--port", "0", "--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no", "--requirepass", Password];
    });
}
