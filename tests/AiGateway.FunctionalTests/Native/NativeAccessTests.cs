using AiGateway.FunctionalTests.Hostile;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Native;

/// <summary>Pins who may use the native route, and that no way of writing its path leads out of the provider's base URL.</summary>
[Collection(NativeCollection.Name)]
public sealed class NativeAccessTests(NativeFixture fixture)
{
    [Theory]
    [InlineData(NativeFixture.Key, "openai", 200, null)]
    [InlineData(NativeFixture.Key, "anthropic", 200, null)]
    [InlineData(NativeFixture.NarrowKey, "openai", 200, null)]
    [InlineData(NativeFixture.NarrowKey, "anthropic", 403, "native_not_allowed")]
    [InlineData(NativeFixture.NarrowKey, "nobody", 403, "native_not_allowed")]
    [InlineData(NativeFixture.PlainKey, "openai", 403, "native_not_allowed")]
    [InlineData("sk-nobody", "openai", 401, "invalid_api_key")]
    [InlineData(NativeFixture.Key, "nobody", 404, "not_found")]
    [InlineData(NativeFixture.Key, "off", 404, "not_found")]
    [InlineData(NativeFixture.Key, "OpenAI", 404, "not_found")]
    public async Task Caller_GetsWhatItWasGiven(string key, string provider, int status, string? code)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}");
        var answer = await fixture.GetAsync($"/native/{provider}/files", key);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200 ? 1 : 0, fixture.Upstream.Received.Count);
        if (code is not null)
            Assert.Contains($"\"{code}\"", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/native/openai/../anthropic/files")]
    [InlineData("/native/openai/a/../../x")]
    [InlineData("/native/openai/%2e%2e/x")]
    [InlineData("/native/openai/.%2E/x")]
    [InlineData("/native/openai/a/..%2f..%2fx")]
    [InlineData("/native/openai/a%2f..%2fx")]
    [InlineData("/native/openai/%252e%252e/x")]
    [InlineData("/native/openai/..%5cx")]
    [InlineData("/native/openai/..\\x")]
    [InlineData("/native/openai/..;/x")]
    [InlineData("/native/openai/..;a=b/x")]
    [InlineData("/native/openai/..%3b/x")]
    [InlineData("/native/openai/%20../x")]
    [InlineData("/native/openai/./x")]
    [InlineData("/native/openai/x/.")]
    [InlineData("/native/openai/x/..")]
    [InlineData("/native/openai//evil.example/x")]
    [InlineData("/native/openai/%2fevil.example/x")]
    [InlineData("/native/openai/https://evil.example/x")]
    [InlineData("/native/openai/a%00b")]
    [InlineData("/native/openai/a%0d%0aX-Evil:%201")]
    [InlineData("/native/openai/a%zz")]
    [InlineData("/native/openai/a%2")]
    [InlineData("/native/openai/a#b")]
    [InlineData("/native/openai/x?a=b#c")]
    [InlineData("/native/openai/")]
    [InlineData("/native/openai")]
    [InlineData("/native//x")]
    [InlineData("/native/%2e%2e/x")]
    [InlineData("http://gateway/native/openai/x")]
    [InlineData("/v1/../native/openai/x")]
    [InlineData("/%6eative/openai/x")]
    public async Task PathThatCanBeReadInTwoWays_IsRefused(string path)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}");
        fixture.Upstream.Clear();
        var raw = await RawHttp.SendAsync(fixture.Gateway.Address, HostileGateway.Request("{}", path, key: NativeFixture.Key, headers: "Connection: close\r\n"));

        // Where the dots lead away from /native/ altogether, there is nothing, or nothing that takes a POST.
        Assert.Contains(HttpText.Parse(raw).Status, path is "/native/openai/a/../../x" or "/native/%2e%2e/x" ? [400, 404] : (int[])[400]);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    public async Task UnusualMethod_IsRefused(string method)
    {
        fixture.Upstream.Clear();
        var raw = await RawHttp.SendAsync(fixture.Gateway.Address, HostileGateway.Request("", "/native/openai/x", method, NativeFixture.Key, "Connection: close\r\n"));

        Assert.Equal(405, HttpText.Parse(raw).Status);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task WebSocket_IsRefused()
    {
        fixture.Upstream.Clear();
        var raw = await RawHttp.SendAsync(
            fixture.Gateway.Address,
            $"GET /native/openai/realtime HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {NativeFixture.Key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");

        Assert.Equal(400, HttpText.Parse(raw).Status);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData("/native/openai/files", "\"param\":null")]
    [InlineData("/native/anthropic/messages", "\"type\":\"error\"")]
    [InlineData("/native/anthropic/v1/messages", "\"type\":\"error\"")]
    [InlineData("/native/google/models/gemini-x:generateContent", "\"status\":\"PERMISSION_DENIED\"")]
    public async Task Error_HasTheShapeOfThePath(string path, string part)
    {
        var answer = await fixture.SendAsync(HttpMethod.Post, path, null, NativeFixture.PlainKey);

        Assert.Equal(403, answer.Status);
        Assert.Contains(part, answer.Text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
