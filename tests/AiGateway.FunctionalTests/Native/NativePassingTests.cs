using System.Net;
using System.Text;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Native;

/// <summary>Pins that what passes the native route passes unchanged, with the provider's key in place of the caller's, and nothing else of either side.</summary>
[Collection(NativeCollection.Name)]
public sealed class NativePassingTests(NativeFixture fixture)
{
    [Theory]
    [InlineData("GET", "/native/openai/vector_stores?limit=2&include[]=a%20b&order=desc", "/openai/base/vector_stores?limit=2&include[]=a%20b&order=desc")]
    [InlineData("DELETE", "/native/openai/files/file-1", "/openai/base/files/file-1")]
    [InlineData("POST", "/native/openai/batches/", "/openai/base/batches/")]
    [InlineData("POST", "/native/versioned/v2/chat", "/versioned/v2/chat")]
    [InlineData("GET", "/native/versioned/v1/models/v2", "/versioned/v2/v1/models/v2")]
    [InlineData("GET", "/native/versioned/v2", "/versioned/v2/v2")]
    [InlineData("PUT", "/native/anthropic/a/b.c/d~e", "/anthropic/base/a/b.c/d~e")]
    [InlineData("PATCH", "/native/google/cachedContents/x:y@z", "/google/base/cachedContents/x:y@z")]
    [InlineData("POST", "/native/bedrock-converse/model/arn%3Aaws%3Abedrock%3A1%2Fm/invoke", "/bedrock-converse/base/model/arn%3Aaws%3Abedrock%3A1%2Fm/invoke")]
    public async Task AnyMethodAndPath_GoesBehindTheBaseUrl(string method, string path, string expected)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"ok":true}""", 201);
        using var content = method is "GET" or "DELETE" ? null : new ByteArrayContent([1, 2, 3]);
        var answer = await fixture.SendAsync(new HttpMethod(method), path, content);

        Assert.Equal(201, answer.Status);
        Assert.Equal("""{"ok":true}""", answer.Text);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal((method, expected), (sent.Method, sent.Target));
        Assert.Equal(content is null ? [] : [1, 2, 3], sent.Body);
        Assert.Empty(sent.Values("Content-Type"));
    }

    [Fact]
    public async Task Head_HasTheHeadersAndNoBody()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("") with { Status = 200 };
        var answer = await fixture.SendAsync(HttpMethod.Head, "/native/openai/files/file-1");

        Assert.Equal((200, ""), (answer.Status, answer.Text));
        Assert.Equal("HEAD", Assert.Single(fixture.Upstream.Received).Method);
    }

    [Fact]
    public async Task AnswerWithoutContent_HasNone()
    {
        fixture.Upstream.Answer = new UpstreamAnswer { Status = 204, ContentType = null };
        Assert.Equal(204, (await fixture.SendAsync(HttpMethod.Delete, "/native/openai/files/file-1")).Status);
    }

    [Fact]
    public async Task Headers_AreTheListsAndNothingElse()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}") with
        {
            Headers =
            [
                KeyValuePair.Create("openai-organization", "org-4711"), KeyValuePair.Create("x-ratelimit-remaining-requests", "9"),
                KeyValuePair.Create("Set-Cookie", "a=b"), KeyValuePair.Create("Location", "https://elsewhere.example/"),
            ],
        };
        var answer = await fixture.PostAsync(
            "/native/openai/things", "{}",
            ("X-Project", "p-1"), ("Content-Language", "de"), ("OpenAI-Beta", "assistants=v2"), ("Accept", "application/x-thing"),
            ("X-Other", "o"), ("Cookie", "c=d"), ("x-gateway-tags", "a=b"), ("x-api-key", "sk-caller-also"), ("X-Forwarded-For", "192.0.2.1"));

        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(["Bearer " + NativeFixture.ProviderKey], sent.Values("Authorization"));
        Assert.Equal(["tenant-secret-4711"], sent.Values("x-tenant"));
        Assert.Equal(["p-1"], sent.Values("X-Project"));
        Assert.Equal(["de"], sent.Values("Content-Language"));
        Assert.Equal(["assistants=v2"], sent.Values("OpenAI-Beta"));
        Assert.Equal(["application/x-thing"], sent.Values("Accept"));
        Assert.Equal(["application/json"], sent.Values("Content-Type"));
        string[] known = ["Authorization", "x-tenant", "X-Project", "Content-Language", "OpenAI-Beta", "Accept", "Content-Type", "Content-Length", "User-Agent", "Host", "traceparent"];
        Assert.Empty(sent.Headers.Select(header => header.Key).Except(known, StringComparer.OrdinalIgnoreCase));
        Assert.Empty(answer.Headers.Keys.Where(name => !name.StartsWith("x-gateway-", StringComparison.Ordinal))
            .Except(["Content-Type", "Content-Length", "Transfer-Encoding", "Cache-Control", "X-Accel-Buffering", "Date", "x-request-id"], StringComparer.OrdinalIgnoreCase));
        Assert.Equal("native/openai", answer.Headers["x-gateway-route"]);
        Assert.Equal("openai", answer.Headers["x-gateway-provider"]);
    }

    [Fact]
    public async Task AnthropicVersion_IsThereWithoutTheCallersDoing()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}");
        await fixture.GetAsync("/native/anthropic/files");

        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(["2023-06-01"], sent.Values("anthropic-version"));
        Assert.Equal([NativeFixture.ProviderKey], sent.Values("x-api-key"));
        Assert.Empty(sent.Values("Authorization"));
    }

    [Fact]
    public async Task CredentialsInTheQuery_StayHere()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}");
        await fixture.GetAsync("/native/google/models?key=sk-caller&pageSize=1&access_token=t&Api%5Fkey=u&x=key");

        Assert.Equal("/google/base/models?pageSize=1&x=key", Assert.Single(fixture.Upstream.Received).Target);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task Download_ArrivesByteForByte(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        fixture.Upstream.Answer = new UpstreamAnswer { ContentType = "audio/mpeg", Body = bytes, Headers = [KeyValuePair.Create("Content-Disposition", "attachment; filename=\"a.mp3\"")] };
        var answer = await fixture.GetAsync("/native/openai/files/file-1/content");

        Assert.Equal(bytes, answer.Body);
        Assert.Equal("audio/mpeg", answer.Headers["Content-Type"]);
        Assert.Equal("attachment; filename=\"a.mp3\"", answer.Headers["Content-Disposition"]);
    }

    [Fact]
    public async Task CompressedAnswer_IsUnpackedWithoutItsLength()
    {
        var text = string.Concat(Enumerable.Repeat("abc", 10_000));
        fixture.Upstream.Answer = (UpstreamAnswer.Json(text) with { ContentType = "text/plain" }).Compressed("gzip");
        Assert.Equal(text, (await fixture.GetAsync("/native/openai/files/file-1/content")).Text);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(3_000_000)]
    public async Task MultipartUpload_ArrivesByteForByte(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        byte[] body = [.. "--b-1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n"u8, .. bytes, .. "\r\n--b-1--\r\n"u8];
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=\"b-1\"");
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"id":"file-1"}""");
        var answer = await fixture.SendAsync(HttpMethod.Post, "/native/openai/files", content);

        Assert.Equal(200, answer.Status);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(body, sent.Body);
        Assert.Equal(["multipart/form-data; boundary=\"b-1\""], sent.Values("Content-Type"));
    }

    [Fact]
    public async Task BodyOverTheLimit_IsRefused()
    {
        using var content = new ByteArrayContent(new byte[(8 << 20) + 1]);
        var answer = await fixture.SendAsync(HttpMethod.Post, "/native/openai/files", content);

        Assert.Equal(413, answer.Status);
        Assert.Contains("native 8", answer.Text, StringComparison.Ordinal);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData("text/event-stream", "event: a\ndata: {\"x\":1}\n\nid: 7\nretry: 5\ndata: not json\n\n")]
    [InlineData("application/x-ndjson", "{\"a\":1}\n{\"b\":2}\n")]
    [InlineData("application/octet-stream", "\u0001\u0002")]
    public async Task Stream_PassesAsItComes(string type, string text)
    {
        fixture.Upstream.Answer = new UpstreamAnswer { ContentType = type, Body = Encoding.UTF8.GetBytes(text), Pieces = 3, WaitsForCommit = true };
        var answer = await fixture.PostAsync("/native/openai/assistants/runs", """{"stream":true}""");

        Assert.Equal(text, answer.Text);
        Assert.False(answer.IsBroken);
        Assert.Equal(type, answer.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Redirect_LeadsNowhere()
    {
        fixture.Upstream.Answer = new UpstreamAnswer { Status = 302, ContentType = null, Headers = [KeyValuePair.Create("Location", "http://127.0.0.1:1/")] };
        var answer = await fixture.GetAsync("/native/openai/files/file-1/content");

        Assert.Equal((int)HttpStatusCode.Found, answer.Status);
        Assert.DoesNotContain("Location", answer.Headers.Keys);
        Assert.Single(fixture.Upstream.Received);
    }
}
