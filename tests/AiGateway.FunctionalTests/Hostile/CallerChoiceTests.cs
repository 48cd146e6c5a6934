using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Nothing that a caller sends chooses host, scheme, port, path prefix, query or credentials of the upstream call (CVE-2024-6587's class).</summary>
[Collection(HostileTestGroup.Name)]
public sealed class CallerChoiceTests(HostileGateway gateway)
{
    private const string Messages = """[{"role":"user","content":"x"}]""";

    [Fact]
    public async Task BodyMembersThatNameAnUpstream_AreNotObeyed()
    {
        await using var elsewhere = RawUpstream.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        string[] members = ["api_base", "base_url", "api_key", "custom_llm_provider", "endpoint", "proxy", "azure_endpoint", "provider", "url", "extra_headers", "host"];
        var body = $$"""{"model":"a/gpt","messages":{{Messages}},{{string.Join(',', members.Select(name => $"\"{name}\":\"{elsewhere.Address}\""))}}}""";
        var raw = await gateway.SendAsync(HostileGateway.Request(body));
        Assert.DoesNotContain(500, raw.Statuses);
        await AssertSimulatorWasAskedAsync("/v1/chat/completions");
        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task HeadersThatNameAnUpstream_StayHere()
    {
        await using var elsewhere = RawUpstream.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var (host, url) = (elsewhere.Address.Authority, elsewhere.Address);
        var headers = string.Concat(((string[])
        [
            $"x-portkey-custom-host: {url}", "x-portkey-provider: openai", "x-portkey-config: {}", $"X-Forwarded-Host: {host}", $"X-Forwarded-Server: {host}", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1",
            "X-Forwarded-Prefix: /evil", "X-Forwarded-For: 10.0.0.1", $"Forwarded: host={host};proto=https", $"X-Original-URL: {url}", $"X-Rewrite-URL: {url}", $"X-Host: {host}", $"Proxy: {url}",
            "x-gateway-route: other", "x-gateway-deployment: other", "x-gateway-provider: other", "x-gateway-caller: other", "x-gateway-model: other", "x-gateway-cost: 0",
            "api-key: sk-mine", "x-api-key: sk-mine", "x-goog-api-key: sk-mine", "OpenAI-Organization: org-mine", "OpenAI-Project: proj-mine", "Cookie: session=mine", "Proxy-Authorization: Basic bWluZQ==",
            "X-HTTP-Method-Override: DELETE", "Connection: close, authorization", "Upgrade: websocket", "Max-Forwards: 0", "Via: mine", "TE: trailers",
        ]).Select(line => line + "\r\n"));
        var answer = HttpText.Parse(await gateway.SendAsync(HostileGateway.Request(HostileGateway.GoodBody, headers: headers)));
        Assert.Equal(200, answer.Status);
        Assert.Equal(0, elsewhere.Requests);
        var last = await AssertSimulatorWasAskedAsync("/v1/chat/completions");
        var sent = last.GetProperty("headers").ToString();
        foreach (var trace in (string[])["mine", host, "evil", "x-gateway", "X-Forwarded", "portkey", "10.0.0.1", HostileGateway.Key])
            Assert.DoesNotContain(trace, sent, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"Bearer {HostileGateway.ProviderKey}", sent, StringComparison.Ordinal);
        Assert.Contains(gateway.Simulator.Address.Authority, sent, StringComparison.Ordinal);
        Assert.Equal("any-a", answer.Headers["x-gateway-deployment"]);
    }

    [Fact]
    public async Task ForeignHostHeader_ChangesNothing()
    {
        var request = HostileGateway.Request(HostileGateway.GoodBody).Replace("Host: gateway", "Host: evil.example:1", StringComparison.Ordinal);
        Assert.Equal([200], (await gateway.SendAsync(request)).Statuses);
        Assert.DoesNotContain("evil", (await gateway.Simulator.Control.LastAsync()).GetProperty("headers").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("az/plain", "plain")]
    [InlineData("az/with space", "with%20space")]
    [InlineData("az/q?api-version=evil&x=y", "q%3Fapi-version%3Devil%26x%3Dy")]
    [InlineData("az/f#fragment", "f%23fragment")]
    [InlineData("az/a%2e%2e%2fb", "a%252e%252e%252fb")]
    [InlineData("az/..%2f..%2fv1", "..%252f..%252fv1")]
    [InlineData("az/%2e%2e", "%252e%252e")]
    [InlineData("az/deep/er", "deep%2Fer")]
    [InlineData("az/@evil.example", "@evil.example")]
    [InlineData("az///evil.example", "%2F%2Fevil.example")]
    [InlineData("az/http://evil.example", "http%3A%2F%2Fevil.example")]
    [InlineData("az/a;b=c", "a%3Bb%3Dc")]
    [InlineData("az/...", null)]
    [InlineData("prefix./x", ".%2Fx")]
    [InlineData("prefix../x", "..%2Fx")]
    public async Task ModelNameInAnAzurePath_IsOneEscapedSegment(string model, string? segment)
    {
        // The path as it goes over the wire, seen by a server that only writes down.
        await using var upstream = RawUpstream.Start("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        await using var server = await Gateway.GatewayServer.StartAsync($$"""
            providers:
              azure-like: { kind: azure, base_url: "{{upstream.Address.GetLeftPart(UriPartial.Authority)}}", keys: sk-upstream-azure }
            deployments:
              any-azure: { provider: azure-like, model: "*" }
            aliases:
              az/*: { groups: [{ deployments: [any-azure] }], retries: { max_attempts: 1 } }
              prefix*: { groups: [{ deployments: [any-azure] }], retries: { max_attempts: 1 } }
            """);
        var body = JsonSerializer.Serialize(new { model, messages = new[] { new { role = "user", content = "x" } } });
        var raw = await RawHttp.SendAsync(server.Address, HostileGateway.Request(body));
        Assert.Single(raw.Statuses);
        Assert.DoesNotContain(500, raw.Statuses);
        if (segment is null)
        {
            Assert.Equal(0, upstream.Requests);
            return;
        }
        var line = upstream.LastRequest.Split("\r\n")[0];
        Assert.Equal($"POST /openai/deployments/{segment}/chat/completions?api-version=2024-10-21 HTTP/1.1", line);
        Assert.Contains("api-key: sk-upstream-azure\r\n", upstream.LastRequest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions?api-version=evil&api_base=http://evil.example&key=mine")]
    [InlineData("/openai/v1/chat/completions?host=evil.example")]
    public async Task QueryOfTheCaller_StaysHere(string path)
    {
        Assert.Equal([200], (await gateway.SendAsync(HostileGateway.Request(HostileGateway.GoodBody, path))).Statuses);
        var last = await AssertSimulatorWasAskedAsync("/v1/chat/completions");
        Assert.DoesNotContain("evil", last.GetProperty("query").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UrlsInAPrompt_AreNeverFetchedByTheGateway()
    {
        await using var elsewhere = RawUpstream.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var body = $$$"""{"model":"a/gpt","messages":[{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"{{{elsewhere.Address}}}x.png"}}]}]}""";
        var raw = await gateway.SendAsync(HostileGateway.Request(body));
        Assert.DoesNotContain(500, raw.Statuses);
        Assert.Equal(0, elsewhere.Requests);
    }

    private async Task<JsonElement> AssertSimulatorWasAskedAsync(string path)
    {
        var last = await gateway.Simulator.Control.LastAsync();
        Assert.Equal(path, last.GetProperty("path").GetString());
        return last;
    }
}
