using System.Text;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.Hostile;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Native;

/// <summary>Pins that a provider's error is its own answer on the native route, that nothing is sent twice, and that one caller's refusals do not take the provider from the others.</summary>
[Collection(NativeCollection.Name)]
public sealed class NativeFailureTests(NativeFixture fixture)
{
    [Theory]
    [InlineData(400, "application/json", """{"error":{"message":"Bad","x":1}}""")]
    [InlineData(401, "application/json", """{"error":{"message":"No"}}""")]
    [InlineData(403, "text/plain", "no")]
    [InlineData(404, "application/problem+json", """{"title":"Not here"}""")]
    [InlineData(409, "text/html", "<p>no</p>")]
    [InlineData(500, "application/json", """{"error":{"message":"Broken"}}""")]
    [InlineData(503, "text/plain", "")]
    public async Task ProviderError_PassesAsItIsAndOnce(int status, string type, string body)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(body, status) with { ContentType = type };
        var answer = await fixture.PostAsync("/native/openai/things", "{}");

        Assert.Equal((status, body), (answer.Status, answer.Text));
        Assert.Equal(type, answer.Headers["Content-Type"]);
        Assert.Single(fixture.Upstream.Received);
        var record = await fixture.RecordAsync(answer);
        Assert.Equal(status, record.GetProperty("status").GetInt32());
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
        Assert.Equal(status, Assert.Single(record.GetProperty("attempts").EnumerateArray()).GetProperty("status").GetInt32());
        Assert.False(record.TryGetProperty("usage", out _));

        // None of them keeps the next request from being sent.
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}");
        Assert.Equal(200, (await fixture.GetAsync("/native/openai/things")).Status);
    }

    [Fact]
    public async Task SecretsInAnError_AreTakenOut()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"error":{"message":"You sent KEY and tenant-secret-4711, KEY"}}""".Replace("KEY", NativeFixture.ProviderKey, StringComparison.Ordinal), 400);
        var answer = await fixture.PostAsync("/native/openai/things", "{}");

        Assert.Equal("""{"error":{"message":"You sent *** and ***, ***"}}""", answer.Text);
        var record = await fixture.RecordAsync(answer);
        Assert.DoesNotContain(NativeFixture.ProviderKey, record.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("tenant-secret", record.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RateLimit_PassesAndRestsTheProvider()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"error":"slow down"}""", 429) with { Headers = [KeyValuePair.Create("Retry-After", "20")] };
        var answer = await fixture.GetAsync("/native/resting/things");
        Assert.Equal((429, """{"error":"slow down"}"""), (answer.Status, answer.Text));
        Assert.Equal("20", answer.Headers["Retry-After"]);
        Assert.Single(fixture.Upstream.Received);

        var next = await fixture.GetAsync("/native/resting/things");
        Assert.Equal(429, next.Status);
        Assert.Contains("rate_limit_exceeded", next.Text, StringComparison.Ordinal);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task RateLimitOfOneKey_LeavesTheOther()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}", 429) with { Headers = [KeyValuePair.Create("Retry-After", "20")] };
        Assert.Equal(429, (await fixture.GetAsync("/native/two-keys/things")).Status);
        var limited = Assert.Single(fixture.Upstream.Received).Values("Authorization").Single();

        fixture.Upstream.Answer = UpstreamAnswer.Json("{}");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(200, (await fixture.GetAsync("/native/two-keys/things")).Status);
            Assert.NotEqual(limited, Assert.Single(fixture.Upstream.Received).Values("Authorization").Single());
        }
    }

    [Fact]
    public async Task StreamCutByTheProvider_IsCutForTheCaller()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Events("data: 1\n\n") with { Reset = true };
        var answer = await fixture.PostAsync("/native/openai/assistants/runs", "{}");

        Assert.Equal((200, true), (answer.Status, answer.IsBroken));
        var record = await fixture.RecordAsync(answer);
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task ProviderThatCannotBeReached_IsTriedTwice()
    {
        var answer = await fixture.PostAsync("/native/gone/things", "{}");

        Assert.Equal(502, answer.Status);
        Assert.Contains("upstream_error", answer.Text, StringComparison.Ordinal);
        var attempts = (await fixture.RecordAsync(answer)).GetProperty("attempts");
        Assert.Equal(["connect_failed", "connect_failed"], attempts.EnumerateArray().Select(attempt => attempt.GetProperty("outcome").GetString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Ty")]
    public async Task RequestThatMayHaveArrived_IsNotSentAgain(string reply)
    {
        await using var upstream = RawUpstream.Start(reply);
        await using var gateway = await GatewayServer.StartAsync($$"""
            providers:
              raw: { kind: openai-compatible, base_url: "{{upstream.Address}}" }
            deployments:
              d: { provider: raw, model: m }
            aliases:
              m: { groups: [{ deployments: [d] }] }
            """);
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await gateway.Client.PostAsync(new Uri("/native/raw/things", UriKind.Relative), content);

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal(1, upstream.Requests);
    }
}
