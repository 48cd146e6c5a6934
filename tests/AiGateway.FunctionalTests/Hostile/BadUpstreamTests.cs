using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Upstreams that answer with what is no answer: the caller gets 502 or 504 in OpenAI's shape, in bounded time, and nothing of the nonsense.</summary>
[Collection(HostileTestGroup.Name)]
public sealed class BadUpstreamTests
{
    private const string Completion = """{"id":"c1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";
    private const string Json = "Content-Type: application/json\r\n";
    private static readonly string Length = $"Content-Length: {Completion.Length}\r\n";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    /// <summary>Fixed answers, after which the connection is closed.</summary>
    public static TheoryData<string, string> Nonsense => new()
    {
        { "nothing", "" },
        { "garbage", "\u0016\u0003\u0001 this is not HTTP at all\r\n\r\n" },
        { "another protocol", "220 mail.example ESMTP\r\n" },
        { "half a status line", "HTTP/1.1 20" },
        { "a status that is none", "HTTP/1.1 2xx Fine\r\nContent-Length: 0\r\n\r\n" },
        { "a version that is none", "HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n" },
        { "half a head", $"HTTP/1.1 200 OK\r\n{Json}X-Cut: " },
        { "a header without a colon", $"HTTP/1.1 200 OK\r\nthis is no header\r\n{Json}{Length}\r\n{Completion}" },
        { "a body shorter than its length", $"HTTP/1.1 200 OK\r\n{Json}Content-Length: 5000\r\n\r\n{Completion}" },
        { "a length that cuts the body", $"HTTP/1.1 200 OK\r\n{Json}Content-Length: 20\r\n\r\n{Completion}" },
        { "a length that is none", $"HTTP/1.1 200 OK\r\n{Json}Content-Length: -5\r\n\r\n{Completion[..20]}" },
        { "no body", $"HTTP/1.1 200 OK\r\n{Json}Content-Length: 0\r\n\r\n" },
        { "no content", "HTTP/1.1 204 No Content\r\n\r\n" },
        { "another protocol by upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" },
        { "HTML", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>welcome</html>" },
        { "JSON that is no answer", $"HTTP/1.1 200 OK\r\n{Json}Content-Length: 2\r\n\r\n{{}}" },
        { "broken JSON", $"HTTP/1.1 200 OK\r\n{Json}Content-Length: 9\r\n\r\n{{\"choices" },
        { "chunks that are none", $"HTTP/1.1 200 OK\r\n{Json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{Completion}\r\n0\r\n\r\n" },
        { "a chunk size too large to be one", $"HTTP/1.1 200 OK\r\n{Json}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{Completion}\r\n0\r\n\r\n" },
        { "chunks without an end", $"HTTP/1.1 200 OK\r\n{Json}Transfer-Encoding: chunked\r\n\r\n{Completion.Length:x}\r\n{Completion}\r\n" },
        { "gzip that is none", $"HTTP/1.1 200 OK\r\n{Json}Content-Encoding: gzip\r\n{Length}\r\n{Completion}" },
        { "an encoding nobody knows", $"HTTP/1.1 200 OK\r\n{Json}Content-Encoding: rot13\r\n{Length}\r\n{Completion}" },
        { "two lengths", $"HTTP/1.1 200 OK\r\n{Json}Content-Length: 10\r\n{Length}\r\n{Completion}" },
        { "too many headers", $"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Range(0, 20_000).Select(i => $"X-Header-{i}: some value\r\n"))}{Json}{Length}\r\n{Completion}" },
        { "a stream that is none", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 0\r\n\r\n" },
    };

    /// <summary>Answers that go on: they get the connection.</summary>
    public static TheoryData<string> Endless => ["silence", "endless headers", "a flood of interim answers", "a dripping head", "a dripping body"];

    /// <summary>Answers that are odd and still answers.</summary>
    public static TheoryData<string, string> Odd => new()
    {
        { "no content type", $"HTTP/1.1 200 OK\r\n{Length}\r\n{Completion}" },
        { "no length", $"HTTP/1.1 200 OK\r\n{Json}Connection: close\r\n\r\n{Completion}" },
        { "HTTP/1.0", $"HTTP/1.0 200 OK\r\n{Json}\r\n{Completion}" },
        { "an interim answer", $"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n{Json}{Length}\r\n{Completion}" },
        { "bytes after the end", $"HTTP/1.1 200 OK\r\n{Json}{Length}\r\n{Completion}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nSECOND" },
        { "headers of its own", $"HTTP/1.1 200 OK\r\n{Json}{Length}Set-Cookie: a=b\r\nx-gateway-cost: 0\r\nx-request-id: theirs\r\nServer: theirs\r\nConnection: keep-alive, x-gateway-model\r\n\r\n{Completion}" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Nonsense_Gets502(string what, string answer)
    {
        await using var upstream = RawUpstream.Start(answer);
        await using var gateway = await StartAsync(upstream.Address);
        await AssertFailedAsync(gateway, what, HttpStatusCode.BadGateway);
        Assert.Equal(1, upstream.Requests);
    }

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task AnswerWithoutEnd_Gets504Or502InBoundedTime(string what)
    {
        await using var upstream = RawUpstream.Start((_, stream, stop) => PourAsync(what, stream, stop));
        await using var gateway = await StartAsync(upstream.Address);
        await AssertFailedAsync(gateway, what, HttpStatusCode.BadGateway, HttpStatusCode.GatewayTimeout);
    }

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task OddAnswer_IsAnAnswer(string what, string odd)
    {
        await using var upstream = RawUpstream.Start(odd);
        await using var gateway = await StartAsync(upstream.Address);
        for (var round = 0; round < 2; round++)
        {
            using var answer = await PostAsync(gateway);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK && body == Completion, $"{what}: {(int)answer.StatusCode} {body}");
            Assert.False(answer.Headers.Contains("Set-Cookie"));
            Assert.False(answer.Headers.Contains("Server"));
            Assert.StartsWith("req_", Assert.Single(answer.Headers.GetValues("x-request-id")), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_IsNeverFollowed(int status)
    {
        await using var target = RawUpstream.Start($"HTTP/1.1 200 OK\r\n{Json}{Length}\r\n{Completion}");
        await using var upstream = RawUpstream.Start($"HTTP/1.1 {status} Elsewhere\r\nLocation: {target.Address}v1/chat/completions\r\nContent-Length: 0\r\n\r\n");
        await using var gateway = await StartAsync(upstream.Address);
        await AssertFailedAsync(gateway, $"{status}", HttpStatusCode.BadGateway);
        Assert.Equal(0, target.Requests);
    }

    [Fact]
    public async Task SplitResponse_StaysInOneHeader()
    {
        await using var upstream = RawUpstream.Start($"HTTP/1.1 200 OK\r\nContent-Type: application/json\rX-Evil: 1\nX-Evil2: 1\r\n{Length}\r\n{Completion}");
        await using var gateway = await StartAsync(upstream.Address);
        var raw = await RawHttp.SendAsync(gateway.Address, HostileGateway.Request("""{"model":"m","messages":[{"role":"user","content":"x"}]}"""));
        Assert.Single(raw.Statuses);
        Assert.DoesNotContain("\nX-Evil", raw.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("caf\u00e9/json")]
    [InlineData("application/json; x=\u0001\u0002")]
    public async Task ContentTypeThatNoHeaderMayHave_IsNoServerError(string type)
    {
        await using var upstream = RawUpstream.Start($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Disposition: attachment; filename=\u00e9\r\n{Length}\r\n{Completion}");
        await using var gateway = await StartAsync(upstream.Address);
        using var answer = await PostAsync(gateway);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadGateway, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    [Fact]
    public async Task TlsFailure_Gets502()
    {
        await using var upstream = RawUpstream.Start("HTTP/1.1 200 OK\r\n\r\n");
        await using var gateway = await StartAsync(new Uri($"https://127.0.0.1:{upstream.Address.Port}/"));
        await AssertFailedAsync(gateway, "plain text where TLS was expected", HttpStatusCode.BadGateway, HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task NobodyListening_Gets502()
    {
        await using var gateway = await StartAsync(new Uri($"http://127.0.0.1:{FreePort.Next()}/"));
        await AssertFailedAsync(gateway, "nobody", HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task CompressedBomb_DoesNotFillMemory()
    {
        var packed = new MemoryStream();
        await using (var packer = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            await packer.WriteAsync(new byte[100_000_000]);
        await using var upstream = RawUpstream.Start($"HTTP/1.1 500 Bomb\r\n{Json}Content-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n{Encoding.Latin1.GetString(packed.ToArray())}");
        await using var gateway = await StartAsync(upstream.Address);
        await AssertFailedAsync(gateway, "bomb", HttpStatusCode.BadGateway);
    }

    private static Task<GatewayServer> StartAsync(Uri upstream) => GatewayServer.StartAsync($$"""
        providers:
          bad: { kind: openai-compatible, base_url: "{{new Uri(upstream, "v1")}}", keys: {{HostileGateway.ProviderKey}}, timeouts: { connect: 2s, first_byte: 2s, idle: 2s, total: 4s } }
        deployments:
          bad: { provider: bad, model: m }
        aliases:
          m: { groups: [{ deployments: [bad] }], retries: { max_attempts: 1 } }
        """);

    private static async Task<HttpResponseMessage> PostAsync(GatewayServer gateway)
    {
        using var content = new StringContent("""{"model":"m","messages":[{"role":"user","content":"x"}]}""", Encoding.UTF8, "application/json");
        return await gateway.Client.PostAsync(new Uri("v1/chat/completions", UriKind.Relative), content);
    }

    private static async Task AssertFailedAsync(GatewayServer gateway, string what, params HttpStatusCode[] statuses)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await PostAsync(gateway);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(statuses.Contains(answer.StatusCode), $"{what}: {(int)answer.StatusCode} {body}");
        Assert.True(watch.Elapsed < Bound, $"{what} took {watch.Elapsed}.");
        HostileGateway.AssertOpenAIError(body);
        HostileGateway.AssertNoSecrets(body);
        Assert.True(answer.Headers.RetryAfter is not null, "No Retry-After.");
        var id = Assert.Single(answer.Headers.GetValues("x-request-id"));
        var record = await gateway.ReadRecordsAsync(id);
        Assert.Equal((int)answer.StatusCode, record.GetProperty("status").GetInt32());
        Assert.Single(record.GetProperty("attempts").EnumerateArray());
        HostileGateway.AssertNoSecrets(record.ToString().Replace("HttpRequestException", "", StringComparison.Ordinal));
    }

    private static async Task PourAsync(string what, NetworkStream stream, CancellationToken stop)
    {
        var (head, drop, wait) = what switch
        {
            "endless headers" => ("HTTP/1.1 200 OK\r\n", "X-More: and more and more\r\n", 0),
            "a flood of interim answers" => ("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0),
            "a dripping head" => ("HTTP/1.1 200 OK\r\n", "X", 200),
            "a dripping body" => ($"HTTP/1.1 200 OK\r\n{Json}Content-Length: 100000\r\n\r\n{{", " ", 200),
            _ => ("", "", Timeout.Infinite),
        };
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head), stop);
        while (true)
        {
            if (wait != 0)
                await Task.Delay(wait, stop);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(drop), stop);
        }
    }
}
