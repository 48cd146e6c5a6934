using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>The Redis that nodes share, and how limits use it, in the file.</summary>
public sealed class RedisConfigTests
{
    private const string Head = """
        providers: { simulated: }
        deployments: { sim: { provider: simulated, model: a } }
        aliases: { chat: { groups: [{ deployments: [sim] }] } }
        callers:
          - { id: a, team: red, organisation: x, key_hash: "sha256:0f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293" }
          - { id: b, team: red, organisation: y, key_hash: "sha256:1f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293" }
          - { id: c, team: blue, organisation: y, key_hash: "sha256:2f7c4e31d0e3d1b7e2f6a8c9b0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293" }

        """;

    [Theory]
    [InlineData("redis://cache.internal", "cache.internal", 6379, 0, null, false)]
    [InlineData("redis://:s%40cret@10.0.0.7:7000/3", "10.0.0.7", 7000, 3, "s@cret", false)]
    [InlineData("rediss://default:pw@cache:6380", "cache", 6380, 0, "pw", true)]
    public void Url_SaysAll(string url, string host, int port, int database, string? password, bool isTls)
    {
        var redis = Loading.Text(Head + $"host: {{ redis: \"{url}\" }}").Snapshot!.Host.Redis!;

        Assert.Equal([(host, port)], redis.Endpoints);
        Assert.Equal((database, password, isTls, "aigateway:", TimeSpan.FromMilliseconds(50)), (redis.Database, redis.Password?.Reveal(), redis.IsTls, redis.KeyPrefix, redis.Timeout));
    }

    [Fact]
    public void Section_SaysMore()
    {
        var redis = Loading.Text(Head + """
            host: { redis: { url: "redis://one", endpoints: ["two:7001", three], key_prefix: "eu:", timeout: 20ms } }
            """).Snapshot!.Host.Redis!;

        Assert.Equal([("one", 6379), ("two", 7001), ("three", 6379)], redis.Endpoints);
        Assert.Equal(("eu:", TimeSpan.FromMilliseconds(20)), (redis.KeyPrefix, redis.Timeout));
    }

    [Theory]
    [InlineData("host: { redis: \"http://:hunter2@cache\" }", "'host.redis' is no URL of a Redis. Write redis://host:6379")]
    [InlineData("host: { redis: \"redis://cache/first\" }", "'host.redis' is a URL whose path is not the number of a database.")]
    [InlineData("host: { redis: { url: \"redis://ada:hunter2@cache\" } }", "'host.redis.url' is a URL with a user name, and only the user 'default' can be logged in.")]
    [InlineData("host: { redis: { timeout: 20ms } }", "'host.redis' needs a 'url', such as redis://redis.internal:6379.")]
    [InlineData("host: { redis: { url: \"redis://cache\", timeout: 6s } }", "'host.redis.timeout' must be a duration from 1ms to 5s")]
    [InlineData("host: { redis: { url: \"redis://cache\", endpoints: [\"a b\"] } }", "'a b' is not an address. Write host:port")]
    [InlineData("host: { redis: { url: \"redis://cache\", key_prefix: \"{a}\" } }", "'{a}' holds a brace")]
    [InlineData("host: { redis: \"${NOWHERE}\" }", "NOWHERE is not set")]
    [InlineData("limits: [{ on: team, requests: 5/second, mode: exact }]", "'each team' has the mode 'exact', but there is nothing that nodes share. Add 'redis: redis://HOST:6379' to 'host', or remove 'mode'.")]
    [InlineData("budgets: [{ on: team, amount: 5, on_store_failure: deny }]", "'budget of each team' says what holds while Redis does not answer, but there is none.")]
    [InlineData("host: { redis: \"redis://cache\" }\nlimits: [{ on: team, requests: 5/second, mode: local, on_store_failure: deny }]", "'each team' has the mode 'local', which asks no store.")]
    [InlineData("host: { redis: \"redis://cache\" }\nlimits: [{ on: team, requests: 5/second, mode: extact }]", "Did you mean 'exact'?")]
    public void WhatMakesNoSense_IsRefused_WithoutAPassword(string text, string expected)
    {
        var errors = Loading.Errors(Head + text);

        Assert.Contains(errors, error => error.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void Modes_FollowWhatALimitPromises_AndWhoseItIs()
    {
        const string limits = """

            limits:
              - { id: rate, on: team, requests: 5/second }
              - { id: running, on: key, concurrent: 5 }
              - { id: all-running, on: gateway, concurrent: 500 }
              - { id: quota, on: deployment, requests: 5/second, mode: exact }
              - { id: named, on: team, match: red, requests: 5/second, mode: exact }
              - { id: named-one, on: team, match: blue, requests: 5/second, mode: exact }
              - { id: own, on: team, match: none, requests: 5/second, mode: local }
            budgets:
              - { id: hard, on: team, amount: 5, on_store_failure: deny }
              - { id: soft, on: team, match: red, amount: 5, reserve: learned, on_store_failure: allow }
              - { id: of-alias, on: alias, amount: 5 }
            """;

        var shared = Loading.Text(Head + "host: { redis: \"redis://cache\", ledger: {} }" + limits);
        var alone = Loading.Text(Head + limits.Replace(", mode: exact", "", StringComparison.Ordinal).Replace(", mode: local", "", StringComparison.Ordinal)
            .Replace(", on_store_failure: deny", "", StringComparison.Ordinal).Replace(", on_store_failure: allow", "", StringComparison.Ordinal));

        Assert.Equal(
            [
                ("rate", LimitSharing.Leased), ("running", LimitSharing.Exact), ("all-running", LimitSharing.Leased), ("quota", LimitSharing.Leased), ("named", LimitSharing.Leased),
                ("named-one", LimitSharing.Exact), ("own", LimitSharing.Local), ("hard", LimitSharing.Exact), ("soft", LimitSharing.Leased), ("of-alias", LimitSharing.Leased),
            ],
            shared.Snapshot!.Limits.All.Select(limit => (limit.Id, limit.Sharing)));
        Assert.Equal([StoreFailurePolicy.Deny, StoreFailurePolicy.Allow, StoreFailurePolicy.Local], shared.Snapshot.Limits.All[^3..].Select(limit => limit.OnStoreFailure));
        Assert.Contains(shared.Warnings, warning => warning.ToString().Contains("'quota' counts callers of all organisations together", StringComparison.Ordinal));
        Assert.All(alone.Snapshot!.Limits.All, limit => Assert.Equal(LimitSharing.Local, limit.Sharing));
    }

    [Fact]
    public void AnotherRedis_NeedsARestart_AndIsNamedWithoutItsPassword()
    {
        var before = Loading.Text(Head + "host: { redis: \"redis://:one@cache\" }").Snapshot!.Host;
        var after = Loading.Text(Head + "host: { redis: \"redis://:two@cache\" }").Snapshot!.Host;

        Assert.Equal(["host.redis"], HostDifferences.Between(before, after));
        Assert.Empty(HostDifferences.Between(after, after));
    }
}
