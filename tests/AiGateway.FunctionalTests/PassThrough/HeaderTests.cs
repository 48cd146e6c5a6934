
namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>Pins that headers are made, not passed on: the closed lists of docs/features/pass-through.md, both ways.</summary>
[Collection(PassThroughCollection.Name)]
public sealed class HeaderTests(PassThroughFixture fixture)
{
    private const string Body = """{"model":"chat","messages":[{"role":"user","content":"Hello"}]}""";

    private static readonly string[] Traces = ["traceparent", "tracestate"];

    private static readonly string[] Own =
    [
        "x-request-id", "x-gateway-config-version", "x-gateway-route", "x-gateway-deployment", "x-gateway-provider", "x-gateway-model",
        "x-gateway-attempts", "x-gateway-overhead-ms", "x-gateway-cost",
    ];

    [Fact]
    public async Task CallersHeaders_OnlyTheClosedListGoesOn()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        await fixture.PostAsync("/v1/chat/completions", Body,
            ("Authorization", "Bearer sk-callers-own"), ("api-key", "sk-callers-own"), ("x-api-key", "sk-callers-own"), ("x-goog-api-key", "sk-callers-own"),
            ("Cookie", "session=1"), ("x-gateway-tags", "a=b"), ("x-gateway-timeout-ms", "60000"), ("x-gateway-provider", "mine"), ("x-stainless-retry-count", "1"),
            ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-For", "1.2.3.4"), ("Forwarded", "host=evil.example"), ("X-Original-URL", "/x"), ("X-Host", "evil.example"),
            ("OpenAI-Organization", "org-1"), ("OpenAI-Project", "proj-1"), ("User-Agent", "caller/1"), ("Accept", "x/y"), ("Accept-Encoding", "gzip"), ("x-request-id", "mine"), ("baggage", "tenant=a"),
            ("Proxy-Authorization", "Basic eDp5"), ("Via", "1.1 x"), ("Origin", "https://evil.example"), ("Referer", "https://evil.example/"), ("x-anything", "1"),
            ("OpenAI-Beta", "responses=v1"), ("anthropic-version", "2023-06-01"), ("anthropic-beta", "a"), ("idempotency-key", "k-1"));

        var received = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(
            ["Accept", "anthropic-beta", "anthropic-version", "Authorization", "Content-Length", "Content-Type", "Host", "idempotency-key", "OpenAI-Beta", "User-Agent"],
            received.Headers.Select(header => header.Key).Except(Traces, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        Assert.Equal("Bearer TEST_KEY", Assert.Single(received.Values("Authorization")));
        Assert.Equal(fixture.Upstream.Address.Authority, Assert.Single(received.Values("Host")));
        Assert.StartsWith("AiGateway/", Assert.Single(received.Values("User-Agent")), StringComparison.Ordinal);
        Assert.Equal("responses=v1", Assert.Single(received.Values("OpenAI-Beta")));
        Assert.Equal("k-1", Assert.Single(received.Values("idempotency-key")));
        Assert.DoesNotContain(received.Headers, header => header.Value.Contains("callers-own", StringComparison.Ordinal) || header.Value.Contains("evil", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x-request-id")]
    [InlineData("X-Client-Request-Id")]
    public async Task CallersRequestId_IsInTheRecord_AndTheAnswersIsOurs(string header)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        var answer = await fixture.PostAsync("/v1/chat/completions", Body, (header, "order-4711"));

        Assert.StartsWith("req_", answer.RequestId, StringComparison.Ordinal);
        Assert.Equal("order-4711", (await fixture.RecordAsync(answer)).GetProperty("client_request_id").GetString());
        Assert.DoesNotContain(Assert.Single(fixture.Upstream.Received).Headers, sent => sent.Value.Contains("order-4711", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HeaderGivenTwice_GoesOnWithBothValues()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        await fixture.PostAsync("/v1/chat/completions", Body, ("OpenAI-Beta", "responses=v1"), ("OpenAI-Beta", "assistants=v2"));

        var values = string.Join(',', Assert.Single(fixture.Upstream.Received).Values("OpenAI-Beta")).Split(',', StringSplitOptions.TrimEntries);
        Assert.Equal(["responses=v1", "assistants=v2"], values);
    }

    [Fact]
    public async Task ProvidersHeaders_OnlyTheClosedListComesBack()
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(Bodies.Chat) with
        {
            ContentType = "application/json; charset=utf-8",
            Headers =
            [
                KeyValuePair.Create("x-ratelimit-remaining-requests", "1"), KeyValuePair.Create("retry-after", "30"), KeyValuePair.Create("Set-Cookie", "a=b"),
                KeyValuePair.Create("openai-organization", "org-of-the-platform"), KeyValuePair.Create("x-request-id", "req_provider"), KeyValuePair.Create("x-gateway-cost", "0"),
                KeyValuePair.Create("Server", "cloud"), KeyValuePair.Create("Via", "1.1 x"), KeyValuePair.Create("Access-Control-Allow-Origin", "*"), KeyValuePair.Create("cf-ray", "1"),
                KeyValuePair.Create("Content-Disposition", "inline"), KeyValuePair.Create("Cache-Control", "public"), KeyValuePair.Create("ETag", "\"1\""), KeyValuePair.Create("Location", "http://x/"),
            ],
        });

        Assert.Equal(
            new[] { "Content-Disposition", "Content-Length", "Content-Type", "Date" }.Concat(Own).Order(StringComparer.OrdinalIgnoreCase),
            answer.Headers.Keys.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        Assert.Equal("application/json; charset=utf-8", answer.Headers["Content-Type"]);
        Assert.Equal("inline", answer.Headers["Content-Disposition"]);
        Assert.NotEqual("req_provider", answer.RequestId);
        Assert.Equal("0.00000225", answer.Headers["x-gateway-cost"]);
    }

    [Fact]
    public async Task ProvidersHeadersOfAStream_OnlyTheClosedListComesBack()
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(Bodies.ChatEvents) with
        {
            Headers = [KeyValuePair.Create("x-ratelimit-remaining-requests", "1"), KeyValuePair.Create("Set-Cookie", "a=b"), KeyValuePair.Create("Cache-Control", "public")],
        });

        Assert.Equal(
            new[] { "Cache-Control", "Content-Type", "Date", "Transfer-Encoding", "X-Accel-Buffering" }.Concat(Own).Except(["x-gateway-cost"]).Order(StringComparer.OrdinalIgnoreCase),
            answer.Headers.Keys.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        Assert.Equal("no-cache", answer.Headers["Cache-Control"]);
    }

    [Fact]
    public async Task GatewaysOwnHeaders_TellTheRoute()
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(Bodies.Chat));

        Assert.Equal("chat", answer.Headers["x-gateway-route"]);
        Assert.Equal("fixed", answer.Headers["x-gateway-deployment"]);
        Assert.Equal("openai", answer.Headers["x-gateway-provider"]);
        Assert.Equal(PassThroughFixture.UpstreamModel, answer.Headers["x-gateway-model"]);
        Assert.Equal("1", answer.Headers["x-gateway-attempts"]);
    }

    [Fact]
    public async Task Sound_ComesBackWithItsTypeAndName()
    {
        byte[] sound = [0x49, 0x44, 0x33, 0, 0xff, 0x0a, 0x0d];
        fixture.Upstream.Answer = new UpstreamAnswer { ContentType = "audio/mpeg", Body = sound, Headers = [KeyValuePair.Create("Content-Disposition", "attachment; filename=speech.mp3")] };
        var answer = await fixture.PostAsync("/v1/audio/speech", """{"model":"chat","input":"Hello","voice":"alloy"}""");

        Assert.Equal(sound, answer.Body);
        Assert.Equal("audio/mpeg", answer.Headers["Content-Type"]);
        Assert.Equal("attachment; filename=speech.mp3", answer.Headers["Content-Disposition"]);
    }
}
