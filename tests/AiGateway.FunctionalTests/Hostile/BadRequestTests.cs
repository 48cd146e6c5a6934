using System.Text;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Requests that are wrong in themselves: each gets its status, OpenAI's error shape, and one record.</summary>
[Collection(HostileTestGroup.Name)]
public sealed class BadRequestTests(HostileGateway gateway)
{
    private const string Messages = """[{"role":"user","content":"x"}]""";

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"model":"a/gpt","messages":[{"role":"user","content":"hel""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("""{"model":"a/gpt"}""")]
    [InlineData("""{"model":"a/gpt","messages":"hello"}""")]
    [InlineData("""{"model":7,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":null,"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":{"a":1},"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt","model":"a/other","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt","mod\u0065l":"a/other","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt","MODEL":"a/other","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt","\u004d\u006f\u0064\u0065\u006c":"a/other","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt","\u006d\u006f\u0064\u0065\u006c":"a/other","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt","stream":"yes","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt","messages":[{"role":"user","content":"x"}]} trailing""")]
    [InlineData("""{"model":"a/gpt","messages":[{"role":"user","content":"x"}]}{"model":"a/gpt"}""")]
    [InlineData("""{"model":"a/gpt",/* comment */"messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{'model':'a/gpt'}""")]
    [InlineData("""{"model":"a/gpt\ud800","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("{\"model\":\"a/gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"\u00ff\u00fe\"}]}")]
    [InlineData("{\"model\":\"a/gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"\u00c0\u00af\"}]}")]
    [InlineData("\0\0\0\0")]
    [InlineData("model=a/gpt")]
    public async Task BrokenBody_Gets400(string body)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request(body), 400);
    }

    [Theory]
    [InlineData("""{"model":"a/gpt\n","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt\r\nx-injected: yes","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"a/gpt\u0000","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"az/..","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"az/.","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"prefix..","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"az/../../v1/models","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData("""{"model":"az/..\\..\\x","messages":[{"role":"user","content":"x"}]}""")]
    public async Task ModelNameThatIsNone_Gets400AndNamesTheParameter(string body)
    {
        var error = await gateway.AssertRejectedAsync(HostileGateway.Request(body), 400);
        Assert.Equal("model", error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task ModelNameOfAMegabyte_Gets400()
    {
        var body = $$"""{"model":"a/{{new string('x', 900_000)}}","messages":{{Messages}}}""";
        var error = await gateway.AssertRejectedAsync(HostileGateway.Request(body), 400);
        Assert.True(error.GetProperty("message").GetString()!.Length < 1000);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task DeepNesting_Gets400(int depth)
    {
        var body = $$"""{"model":"a/gpt","messages":{{Messages}},"deep":{{new string('[', depth)}}{{new string(']', depth)}}}""";
        var error = await gateway.AssertRejectedAsync(HostileGateway.Request(body), 400);
        Assert.Contains("nested", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await gateway.AssertServesAsync();
    }

    [Fact]
    public async Task ManyMembers_AreReadInBoundedTime()
    {
        var members = string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"\"m{i}\":{i}"));
        var answer = HttpText.Parse(await gateway.SendAsync(HostileGateway.Request($$"""{"model":"a/gpt","messages":{{Messages}},{{members}}}""")));
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task UnknownModel_Gets404AndNearMatchesOfWhatTheCallerMayUse()
    {
        var body = $$"""{"model":"secret-project-alpho","messages":{{Messages}}}""";
        var wide = await gateway.AssertRejectedAsync(HostileGateway.Request(body), 404, "model_not_found");
        Assert.Contains("'secret-project-alpha'", wide.GetProperty("message").GetString(), StringComparison.Ordinal);
        var narrow = await gateway.AssertRejectedAsync(HostileGateway.Request(body, key: HostileGateway.NarrowKey), 404, "model_not_found");
        Assert.DoesNotContain("alpha", narrow.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForbiddenModel_Gets403()
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request(HostileGateway.GoodBody, key: HostileGateway.NarrowKey), 403, "model_not_allowed");
    }

    [Theory]
    [InlineData(HostileGateway.ExpiredKey, "expired_api_key")]
    [InlineData(HostileGateway.DisabledKey, "disabled_api_key")]
    [InlineData("sk-nobody", "invalid_api_key")]
    [InlineData("\u00c3\u00a9", "invalid_api_key")]
    public async Task KeyThatDoesNotOpen_Gets401(string key, string code)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request(HostileGateway.GoodBody, key: key), 401, code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Authorization: \r\n")]
    [InlineData("Authorization: Bearer\r\n")]
    [InlineData("Authorization: Basic c2s6c2s=\r\n")]
    [InlineData("api-key: \r\n")]
    [InlineData("Authorization: Bearer a\r\nAuthorization: Bearer " + HostileGateway.Key + "\r\n")]
    public async Task NoUsableKey_Gets401(string headers)
    {
        await gateway.AssertRejectedAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\n{headers}Content-Length: 2\r\n\r\n{{}}", 401, "invalid_api_key");
    }

    [Fact]
    public async Task HugeKey_Gets401()
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request("{}", key: new string('k', 20_000)), 401, "invalid_api_key");
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", "POST")]
    [InlineData("PUT", "/v1/embeddings", "POST")]
    [InlineData("PATCH", "/v1/responses", "POST")]
    [InlineData("BREW", "/v1/chat/completions", "POST")]
    [InlineData("PUT", "/v1/responses/resp_abc", "GET, DELETE")]
    [InlineData("GET", "/v1/responses/resp_abc/cancel", "POST")]
    public async Task WrongMethod_Gets405WithAllow(string method, string path, string allow)
    {
        var raw = await gateway.SendAsync(HostileGateway.Request("", path, method));
        await gateway.AssertRejectedAsync(raw, 405, "method_not_allowed");
        Assert.Equal(allow, HttpText.Parse(raw).Headers["allow"]);
    }

    [Theory]
    [InlineData("text/plain", "/v1/chat/completions")]
    [InlineData("application/x-www-form-urlencoded", "/v1/chat/completions")]
    [InlineData("application/json, text/plain", "/v1/chat/completions")]
    [InlineData("application/json; x=\u00c3\u00a9", "/v1/chat/completions")]
    [InlineData("application/json", "/v1/audio/transcriptions")]
    [InlineData("multipart/form-data; boundary=b", "/v1/embeddings")]
    public async Task WrongContentType_Gets415(string type, string path)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request("{}", path, type: type), 415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("gzip, gzip")]
    [InlineData("gzip, identity")]
    public async Task UnknownContentEncoding_Gets415(string encoding)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request("{}", headers: $"Content-Encoding: {encoding}\r\n"), 415, "unsupported_media_type");
    }

    [Theory]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/")]
    [InlineData("/")]
    [InlineData("/v1/chat/completions/more")]
    [InlineData("/v1/../admin/config")]
    [InlineData("/v1/responses/")]
    [InlineData("/v1/responses/a/b/c")]
    [InlineData("/openai/deployments/")]
    [InlineData("/openai/deployments/x/nothing")]
    [InlineData("/metrics")]
    [InlineData("/v1/<script>")]
    [InlineData("/v1/assistants?model=a/gpt")]
    public async Task UnknownPath_Gets404InOpenAIShape(string path)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request("{}", path), 404, "unknown_url");
    }

    [Theory]
    [InlineData("/openai/deployments/..%2F..%2Fv1/chat/completions", 400)]
    [InlineData("/openai/deployments/az%2F../chat/completions", 400)]
    [InlineData("/openai/deployments/az%252F%252E%252E/chat/completions", 400)]
    [InlineData("/openai/deployments/%0d%0ax/chat/completions", 400)]
    [InlineData("/openai/deployments/nobody/chat/completions", 404)]
    public async Task HostileDeploymentNameInAPath_IsRefused(string path, int status)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request($$"""{"messages":{{Messages}}}""", path), status);
    }

    [Theory]
    [InlineData("/v1/requests/req_nothing", 404)]
    [InlineData("/v1/requests/..%2f..%2fx", 404)]
    [InlineData("/v1/models/nothing", 404)]
    [InlineData("/v1/models/%0d%0ax", 404)]
    public async Task UnknownThing_Gets404(string path, int status)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request("", path, "GET"), status);
    }

    [Fact]
    public async Task HeaderBomb_Gets431AndTheGatewayServesOn()
    {
        var many = string.Concat(Enumerable.Range(0, 200).Select(i => $"x-h{i}: v\r\n"));
        Assert.Equal([431], (await gateway.SendAsync(HostileGateway.Request("{}", headers: many))).Statuses);
        var large = $"x-large: {new string('v', 100_000)}\r\n";
        Assert.Equal([431], (await gateway.SendAsync(HostileGateway.Request("{}", headers: large))).Statuses);
        await gateway.AssertServesAsync();
    }

    [Fact]
    public async Task RequestLineBomb_Gets414AndTheGatewayServesOn()
    {
        var raw = await gateway.SendAsync(HostileGateway.Request("{}", path: "/v1/" + new string('x', 20_000)));
        Assert.Equal([414], raw.Statuses);
        await gateway.AssertServesAsync();
    }

    [Fact]
    public async Task TagsBombAndSpoofedHeaders_AreHarmless()
    {
        var tags = string.Join(',', Enumerable.Range(0, 500).Select(i => $"t{i}=v{i}"));
        var raw = await gateway.SendAsync(HostileGateway.Request(HostileGateway.GoodBody, headers: $"x-gateway-tags: {tags},=,==,a\r\nx-gateway-timeout-ms: 99999999999999999999\r\nx-request-id: req_mine\r\n"));
        var answer = HttpText.Parse(raw);
        Assert.Equal(200, answer.Status);
        Assert.NotEqual("req_mine", answer.RequestId);
        var record = await gateway.AssertOneRecordAsync(answer.RequestId, 200);
        Assert.True(record.GetProperty("tags").EnumerateObject().Count() <= 16);
        Assert.Equal("everything", record.GetProperty("caller").GetString());
    }

    [Fact]
    public async Task PreflightWithStrangeHeaders_IsAnswered()
    {
        var raw = await gateway.SendAsync("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: g\r\nOrigin: https://e.example\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: \u00c3\u00a9\r\nConnection: close\r\n\r\n");
        Assert.Equal([204], raw.Statuses);
    }

    [Fact]
    public async Task HeadersThatCannotGoUpstream_StayHereAndBlameNoDeployment()
    {
        // Twice the fewest failures that could open the circuit breaker.
        for (var i = 0; i < 20; i++)
        {
            var raw = await gateway.SendAsync(HostileGateway.Request(HostileGateway.GoodBody, headers: "OpenAI-Beta: \u00c3\u00a9\r\nidempotency-key: \u00c3\u00a9\r\nbaggage: \u00c3\u00a9\r\ntracestate: \u00c3\u00a9\r\ntraceparent: \u00c3\u00a9\r\nConnection: close\r\n"));
            Assert.Equal([200], raw.Statuses);
        }
    }

    [Fact]
    public async Task ModelNameBeyondAscii_IsEscapedInHeadersAndWholeUpstream()
    {
        var body = Encoding.Latin1.GetString("""{"model":"a/größe-模型","messages":[{"role":"user","content":"x"}]}"""u8);
        var answer = HttpText.Parse(await gateway.SendAsync(HostileGateway.Request(body)));
        Assert.Equal(200, answer.Status);
        Assert.Equal(Uri.EscapeDataString("a/größe-模型"), answer.Headers["x-gateway-route"]);
        Assert.Equal(Uri.EscapeDataString("größe-模型"), answer.Headers["x-gateway-model"]);
        var sent = (await gateway.Simulator.Control.LastAsync()).ToString();
        Assert.True(sent.Contains("größe-模型", StringComparison.Ordinal) || sent.Contains("gr\\u00F6\\u00DFe", StringComparison.OrdinalIgnoreCase), sent);
    }
}
