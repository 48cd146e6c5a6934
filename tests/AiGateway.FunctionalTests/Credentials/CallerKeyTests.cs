using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary><c>credentials: caller</c>: the caller's own key goes to the provider and nowhere else, and what it does wrong is the caller's alone.</summary>
public sealed class CallerKeyTests(CredentialsFixture fixture) : IClassFixture<CredentialsFixture>
{
    private const string Own = "sk-callers-own-key-0123456789";
    private const string GatewayKey = "gw-key-of-the-caller-0123456789";
    private const string OpenAI = "{ kind: openai, base_url: UPSTREAM, credentials: caller }";
    private const string Azure = "{ kind: azure, base_url: UPSTREAM, credentials: caller }";

    private static string Callers => $"""
        callers:
          - id: app
            key_hash: {GatewayServer.HashOf(GatewayKey)}
        """;

    [Theory]
    [InlineData(OpenAI, "Authorization", "Bearer " + Own)]
    [InlineData(Azure, "api-key", Own)]
    public async Task KeyInItsOwnHeader_GoesOnAsTheProviderWantsIt(string provider, string header, string expected)
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        await using var gateway = await GatewayServer.StartAsync(RoutingText.Merge(fixture.File(provider), Callers));

        var (status, body, id) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat(headers: [("Authorization", $"Bearer {GatewayKey}"), ("x-gateway-provider-key", Own)]));

        Assert.True(status == 200, body);
        var received = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(expected, Assert.Single(received.Values(header)));
        Assert.DoesNotContain(received.Headers, sent => sent.Value.Contains(GatewayKey, StringComparison.Ordinal) || sent.Key.StartsWith("x-gateway", StringComparison.OrdinalIgnoreCase));
        var record = await gateway.ReadRecordsAsync(id);
        Assert.DoesNotContain(Own, record.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization", "Bearer " + Own)]
    [InlineData("x-api-key", Own)]
    public async Task WithoutConfiguredCallers_TheClientsOwnHeaderWillDo(string name, string value)
    {
        fixture.Reset();
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        await using var gateway = await GatewayServer.StartAsync(fixture.File(OpenAI));

        var (status, body, _) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat(headers: [(name, value)]));

        Assert.True(status == 200, body);
        Assert.Equal("Bearer " + Own, Assert.Single(Assert.Single(fixture.Upstream.Received).Values("Authorization")));
    }

    [Fact]
    public async Task WithoutAKey_IsRefusedInTheCallersDialect_AndNobodyElsePays()
    {
        fixture.Reset();
        await using var gateway = await GatewayServer.StartAsync(RoutingText.Merge(fixture.File(OpenAI), Callers));

        var (status, body, _) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat("safe", headers: [("Authorization", $"Bearer {GatewayKey}")]));
        Assert.Equal(401, status);
        Assert.Contains("x-gateway-provider-key", body, StringComparison.Ordinal);
        Assert.Contains("invalid_api_key", body, StringComparison.Ordinal);

        var messages = CredentialsFixture.Chat("safe", headers: [("x-api-key", GatewayKey)]);
        messages.RequestUri = new Uri("/v1/messages", UriKind.Relative);
        messages.Content = new StringContent("""{"model":"safe","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}""", System.Text.Encoding.UTF8, "application/json");
        (status, body, _) = await CredentialsFixture.SendAsync(gateway.Client, messages);
        Assert.Equal(401, status);
        Assert.Contains("\"authentication_error\"", body, StringComparison.Ordinal);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(429)]
    public async Task KeyThatTheProviderRefuses_IsItsCallersTroubleAlone(int refusal)
    {
        fixture.Reset();
        await using var gateway = await GatewayServer.StartAsync(RoutingText.Merge(fixture.File(OpenAI), Callers, "retries:\n  max_attempts: 1\n"));

        fixture.Upstream.Answer = UpstreamAnswer.Json(
            refusal == 429
                ? """{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"""
                : $$$"""{"error":{"message":"Incorrect API key provided: {{{Own}}}.","type":"invalid_request_error","code":"invalid_api_key"}}""",
            refusal);
        var (status, body, id) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat(headers: [("Authorization", $"Bearer {GatewayKey}"), ("x-gateway-provider-key", Own)]));
        Assert.Equal(refusal, status);
        Assert.DoesNotContain(Own, body + await gateway.ReadRecordsAsync(id), StringComparison.Ordinal);

        // Another caller's key is tried at once: the deployment does not rest.
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Chat);
        (status, body, _) = await CredentialsFixture.SendAsync(gateway.Client, CredentialsFixture.Chat(headers: [("Authorization", $"Bearer {GatewayKey}"), ("x-gateway-provider-key", "sk-another-callers-key")]));
        Assert.True(status == 200, body);
    }
}
