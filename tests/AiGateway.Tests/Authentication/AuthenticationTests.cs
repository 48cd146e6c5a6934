using AiGateway.Authentication;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Authentication;

/// <summary>Which headers bring a key, and what becomes of each kind of key.</summary>
public sealed class AuthenticationTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Authorization", "Bearer good-key", nameof(RejectionReason.None))]
    [InlineData("Authorization", "bearer  good-key ", nameof(RejectionReason.None))]
    [InlineData("api-key", "good-key", nameof(RejectionReason.None))]
    [InlineData("x-api-key", "good-key", nameof(RejectionReason.None))]
    [InlineData("x-goog-api-key", "good-key", nameof(RejectionReason.None))]
    [InlineData("Authorization", "good-key", nameof(RejectionReason.MissingKey))]
    [InlineData("Authorization", "Basic good-key", nameof(RejectionReason.MissingKey))]
    [InlineData("Authorization", "Bearer ", nameof(RejectionReason.MissingKey))]
    [InlineData("Cookie", "good-key", nameof(RejectionReason.MissingKey))]
    [InlineData("Authorization", "Bearer good-key2", nameof(RejectionReason.InvalidKey))]
    [InlineData("Authorization", "Bearer GOOD-KEY", nameof(RejectionReason.InvalidKey))]
    [InlineData("Authorization", "Bearer good-key\0", nameof(RejectionReason.InvalidKey))]
    [InlineData("api-key", "old-key", nameof(RejectionReason.ExpiredKey))]
    [InlineData("api-key", "off-key", nameof(RejectionReason.DisabledKey))]
    public async Task Key_IsFoundOrRefused(string header, string value, string expected) => Assert.Equal(expected, (await AskAsync((header, value))).ToString());

    [Fact]
    public async Task HugeKey_IsRefused() => Assert.Equal(RejectionReason.InvalidKey, await AskAsync(("api-key", new string('\uffff', 60_000))));

    [Fact]
    public async Task TwoAuthorizations_AreNone()
    {
        var (exchange, context) = Exchange();
        context.Request.Headers.Authorization = new(["Bearer good-key", "Bearer good-key"]);
        await RunAsync(context);
        Assert.Equal(RejectionReason.MissingKey, exchange.Rejection!.Reason);
    }

    [Fact]
    public async Task Message_NamesTheCallerAndNotTheKey()
    {
        var (exchange, context) = Exchange();
        context.Request.Headers["api-key"] = "old-key";
        await RunAsync(context);
        Assert.Contains("'old'", exchange.Rejection!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("old-key", exchange.Rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_RemembersItsKey_ForOneConfigurationOnly()
    {
        var connection = new ConnectionItems();
        var (first, context) = Exchange(connection);
        context.Request.Headers.Authorization = "Bearer good-key";
        await RunAsync(context);
        Assert.Equal("good", first.Caller.Id);

        // The very same string again, as Kestrel gives it out: the caller is the one of this exchange's own snapshot.
        var (second, again) = Exchange(connection);
        again.Request.Headers.Authorization = context.Request.Headers.Authorization;
        await RunAsync(again);
        Assert.Same(second.Snapshot.Callers.All[0], second.Caller);
        Assert.NotSame(first.Caller, second.Caller);

        var (third, other) = Exchange(connection);
        other.Request.Headers.Authorization = "Bearer good-kez";
        await RunAsync(other);
        Assert.Equal(RejectionReason.InvalidKey, third.Rejection!.Reason);
    }

    private static async Task<RejectionReason> AskAsync((string Name, string Value) header)
    {
        var (exchange, context) = Exchange();
        context.Request.Headers[header.Name] = header.Value;
        var passed = await RunAsync(context);
        Assert.Equal(exchange.Rejection is null, passed);
        return exchange.Rejection?.Reason ?? RejectionReason.None;
    }

    private static async Task<bool> RunAsync(HttpContext context)
    {
        var passed = false;
        await new AuthenticationMiddleware(_ =>
        {
            passed = true;
            return Task.CompletedTask;
        }, new TestClock(Now)).InvokeAsync(context);
        return passed;
    }

    private static (Exchange Exchange, HttpContext Context) Exchange(IConnectionItemsFeature? connection = null)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, $"""
                providers:
                  sim: {"{ kind: simulated }"}
                deployments:
                  any: {"{ provider: sim, model: m }"}
                aliases:
                  m: {"{ groups: [{ deployments: [any] }] }"}
                callers:
                  - id: good
                    key_hash: {KeyText("good-key")}
                  - id: old
                    key_hash: {KeyText("old-key")}
                    expires: 2026-11-21T12:00:00Z
                  - id: off
                    key_hash: {KeyText("off-key")}
                    disabled: true
                """);
            var loaded = new ConfigurationLoader(new StateRegistry(), _ => null, TimeProvider.System).Load(path);
            Assert.Empty(loaded.Errors);
            var context = new DefaultHttpContext();
            var exchange = new Exchange { Id = "req_1", Snapshot = loaded.Snapshot!, StartedAt = Now, StartTimestamp = 0 };
            context.Features.Set(exchange);
            context.Features.Set(connection);
            return (exchange, context);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string KeyText(string key) =>
        "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key)));

    private sealed class ConnectionItems : IConnectionItemsFeature
    {
        public IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
    }
}
