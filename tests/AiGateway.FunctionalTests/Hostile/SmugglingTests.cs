using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Requests that two servers could read differently: refused with the connection closed, or read in exactly one way. The second request hidden inside never arrives.</summary>
[Collection(HostileTestGroup.Name)]
public sealed class SmugglingTests(HostileGateway gateway)
{
    private const string Line = "POST /v1/chat/completions HTTP/1.1\r\n";
    private const string Host = "Host: g\r\n";
    private const string Auth = "Authorization: Bearer " + HostileGateway.Key + "\r\nContent-Type: application/json\r\n";
    private const string Body = HostileGateway.GoodBody;
    private static readonly string Chunk = $"{Body.Length:x}";

    /// <summary>A request hidden behind another; its prompt has the marker.</summary>
    private static readonly string Hidden = HostileGateway.Request("""{"model":"a/gpt","messages":[{"role":"user","content":"smuggled-prompt"}]}""");

    /// <summary>Requests that must be refused, and whose connection must be closed.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "CL and TE", $"{Line}{Host}{Auth}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE and CL", $"{Line}{Host}{Auth}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG" },
        { "two lengths", $"{Line}{Host}{Auth}Content-Length: {Body.Length}\r\nContent-Length: 0\r\n\r\n{Body}" },
        { "two equal lengths", $"{Line}{Host}{Auth}Content-Length: {Body.Length}\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a list of lengths", $"{Line}{Host}{Auth}Content-Length: {Body.Length}, {Body.Length}\r\n\r\n{Body}" },
        { "a negative length", $"{Line}{Host}{Auth}Content-Length: -1\r\n\r\n{Body}" },
        { "a hexadecimal length", $"{Line}{Host}{Auth}Content-Length: 0x10\r\n\r\n{Body}" },
        { "a length beyond all bounds", $"{Line}{Host}{Auth}Content-Length: 99999999999999999999\r\n\r\n{Body}" },
        { "a length with a space in it", $"{Line}{Host}{Auth}Content-Length: 1 0\r\n\r\n{Body}" },
        { "no length", $"{Line}{Host}{Auth}Content-Length: \r\n\r\n{Body}" },
        { "TE xchunked", $"{Line}{Host}{Auth}Transfer-Encoding: xchunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE identity", $"{Line}{Host}{Auth}Transfer-Encoding: identity\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "TE chunked, identity", $"{Line}{Host}{Auth}Transfer-Encoding: chunked, identity\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE gzip, chunked", $"{Line}{Host}{Auth}Transfer-Encoding: gzip, chunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE twice", $"{Line}{Host}{Auth}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE twice, one of them cow", $"{Line}{Host}{Auth}Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE in quotes", $"{Line}{Host}{Auth}Transfer-Encoding: \"chunked\"\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE with a vertical tab", $"{Line}{Host}{Auth}Transfer-Encoding: \u000bchunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "TE in HTTP/1.0", $"POST /v1/chat/completions HTTP/1.0\r\n{Host}{Auth}Transfer-Encoding: chunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "an old fold", $"{Line}{Host}{Auth}X-Folded: a\r\n b\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a folded TE", $"{Line}{Host}{Auth}Transfer-Encoding:\r\n chunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "a space before the colon", $"{Line}{Host}{Auth}Content-Length : {Body.Length}\r\n\r\n{Body}" },
        { "a tab before the colon", $"{Line}{Host}{Auth}Transfer-Encoding\t: chunked\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "a space before the first header", $"{Line} {Host}{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "no colon", $"{Line}{Host}{Auth}Content-Length\r\n\r\n{Body}" },
        { "an empty name", $"{Line}{Host}{Auth}: x\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "NUL in a value", $"{Line}{Host}{Auth}X-Nul: a\0b\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "CR in a value", $"{Line}{Host}{Auth}X-Cr: a\rb\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "NUL in a name", $"{Line}{Host}{Auth}X\0Nul: a\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
        { "no host", $"{Line}{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "two hosts", $"{Line}{Host}Host: other\r\n{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a host that is none", $"{Line}Host: g/../x@y\r\n{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "another host in the target", $"POST http://evil.example/v1/chat/completions HTTP/1.1\r\n{Host}{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "NUL in the target", $"POST /v1/chat\0/completions HTTP/1.1\r\n{Host}{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a space in the target", $"POST /v1/chat /completions HTTP/1.1\r\n{Host}{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "a version that is none", $"POST /v1/chat/completions HTTP/1.11\r\n{Host}{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "chunk size 0x", Chunked($"0x{Chunk}\r\n{Body}\r\n0\r\n\r\n") },
        { "chunk size with _", Chunked($"0_{Chunk}\r\n{Body}\r\n0\r\n\r\n") },
        { "chunk size with +", Chunked($"+{Chunk}\r\n{Body}\r\n0\r\n\r\n") },
        { "chunk size with -", Chunked($"-{Chunk}\r\n{Body}\r\n0\r\n\r\n") },
        { "chunk size that overflows", Chunked($"1{new string('0', 16)}{Chunk}\r\n{Body}\r\n0\r\n\r\n") },
        { "chunk size that overflows an int", Chunked($"1000000{Chunk}\r\n{Body}\r\n0\r\n\r\n") },
        { "no chunk size", Chunked($"\r\n{Body}\r\n0\r\n\r\n") },
        { "chunk size in front of a bare LF", Chunked($"{Chunk}\n{Body}\r\n0\r\n\r\n") },
        { "a chunk longer than it says", Chunked($"5\r\n{Body}\r\n0\r\n\r\n") },
        { "a chunk that ends with a bare LF", Chunked($"{Chunk}\r\n{Body}\n0\r\n\r\n") },
        { "a chunk extension with a bare LF (CVE-2025-55315)", Chunked($"{Chunk};a\nx\r\n{Body}\r\n0\r\n\r\n") },
        { "a chunk extension with a bare CR (CVE-2025-55315)", Chunked($"{Chunk};a\rx\r\n{Body}\r\n0\r\n\r\n") },
        { "a last chunk with a bare LF in its extension (CVE-2025-55315)", Chunked($"{Chunk}\r\n{Body}\r\n0;a\nx\r\n\r\n") },
    };

    /// <summary>Requests that may be refused or read, but in one way only: the hidden request must not be seen as one.</summary>
    public static TheoryData<string, string> OneReading => new()
    {
        { "bare LF line ends", $"POST /v1/chat/completions HTTP/1.1\nHost: g\n{Auth.Replace("\r\n", "\n", StringComparison.Ordinal)}Content-Length: {Body.Length}\n\n{Body}" },
        { "the same host in the target", $"POST http://g/v1/chat/completions HTTP/1.1\r\n{Host}{Auth}Content-Length: {Body.Length}\r\n\r\n{Body}" },
        { "TE in capitals", $"{Line}{Host}{Auth}Transfer-Encoding: CHUNKED\r\n\r\n{Chunk}\r\n{Body}\r\n0\r\n\r\n" },
        { "a good chunk extension", Chunked($"{Chunk};name=\"value\"\r\n{Body}\r\n0\r\n\r\n") },
        { "leading zeros in a chunk size", Chunked($"000000{Chunk}\r\n{Body}\r\n0\r\n\r\n") },
        { "trailers", Chunked($"{Chunk}\r\n{Body}\r\n0\r\nX-Trailer: v\r\nContent-Length: 5\r\nAuthorization: Bearer x\r\n\r\n") },
        // Kestrel's number reader takes the sign, and the gateway never sees it.
        { "a length with a sign", $"{Line}{Host}{Auth}Content-Length: +{Body.Length}\r\n\r\n{Body}" },
        { "an underscore name", $"{Line}{Host}{Auth}Content_Length: 0\r\nTransfer_Encoding: chunked\r\nContent-Length: {Body.Length}\r\n\r\n{Body}" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task AmbiguousRequest_IsRefusedAndTheConnectionClosed(string what, string request)
    {
        var before = await gateway.Simulator.Control.RequestsAsync();
        var raw = await RawHttp.SendAsync(gateway.Server.Address, request + Hidden, limit: TimeSpan.FromSeconds(15), quiet: TimeSpan.FromSeconds(8));
        Assert.True(raw.Statuses is [400] or [505] or [411] or [413], $"{what}:\n{raw.Text}");
        Assert.True(raw.End is RawEnd.Closed or RawEnd.Reset, $"{what}: the connection was left open.");
        Assert.Equal(before, await gateway.Simulator.Control.RequestsAsync());
        HostileGateway.AssertNoSecrets(raw.Text);
    }

    [Theory]
    [MemberData(nameof(OneReading))]
    public async Task OddRequest_IsReadInOneWay(string what, string request)
    {
        await gateway.AssertServesAsync();
        var before = await gateway.Simulator.Control.RequestsAsync();
        var raw = await gateway.SendAsync(request);
        Assert.True(raw.Statuses is [400] or [200], $"{what}:\n{raw.Text}");
        Assert.Equal(before + raw.Statuses.Count(status => status == 200), await gateway.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task Http2WithoutTls_IsRefusedAndTheConnectionClosed()
    {
        var raw = await RawHttp.SendAsync(gateway.Server.Address, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Hidden, quiet: TimeSpan.FromSeconds(8));
        Assert.DoesNotContain(200, raw.Statuses);
        Assert.True(raw.End is RawEnd.Closed or RawEnd.Reset, $"The connection was left open: {raw.Text}");
    }

    [Fact]
    public async Task RequestInsideABody_StaysABody()
    {
        var before = await gateway.Simulator.Control.RequestsAsync();
        var inner = JsonText(Hidden);
        var body = $$"""{"model":"a/gpt","messages":[{"role":"user","content":{{inner}}}]}""";
        var raw = await gateway.SendAsync(HostileGateway.Request(body));
        Assert.Equal([200], raw.Statuses);
        Assert.Equal(before + 1, await gateway.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task TwoRequestsInOnePacket_GetTwoAnswersInOrder()
    {
        var unknown = HostileGateway.Request("""{"model":"nobody","messages":[{"role":"user","content":"x"}]}""");
        var raw = await gateway.SendAsync(HostileGateway.Request(Body) + unknown + HostileGateway.Request(Body));
        Assert.Equal([200, 404, 200], raw.Statuses);
    }

    [Theory]
    [InlineData("/v1/nothing", 404)]
    [InlineData("/v1/chat/completions", 401)]
    public async Task BodyOfARefusedRequest_IsNotTheNextRequest(string path, int status)
    {
        var request = $"POST {path} HTTP/1.1\r\n{Host}Content-Type: application/json\r\n{(status == 404 ? $"Authorization: Bearer {HostileGateway.Key}\r\n" : "")}Content-Length: {Hidden.Length}\r\n\r\n";
        var before = await gateway.Simulator.Control.RequestsAsync();
        var raw = await gateway.SendAsync(request + Hidden);
        Assert.Equal([status], raw.Statuses);
        Assert.Equal(before, await gateway.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task AbortedChunks_DoNotReachTheUpstreamAsARequest()
    {
        var before = await gateway.Simulator.Control.RequestsAsync();
        var raw = await gateway.SendAsync(Chunked($"{Chunk}\r\n{Body}\r\n"), TimeSpan.FromSeconds(2));
        Assert.Empty(raw.Statuses);
        Assert.Equal(before, await gateway.Simulator.Control.RequestsAsync());
    }

    private static string Chunked(string chunks) => $"{Line}{Host}{Auth}Transfer-Encoding: chunked\r\n\r\n{chunks}";

    private static string JsonText(string text) => $"\"{new StringBuilder(text).Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\r", "\\r").Replace("\n", "\\n")}\"";
}
