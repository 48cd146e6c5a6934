using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Bodies that are too large, too slow, packed, or sent in pieces.</summary>
[Collection(HostileTestGroup.Name)]
public sealed class BodyTransferTests(HostileGateway gateway)
{
    private const string Head = "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " + HostileGateway.Key + "\r\nContent-Type: application/json\r\n";

    [Fact]
    public async Task HundredMegabytesAnnounced_Get413BeforeTheyAreSent()
    {
        var watch = Stopwatch.StartNew();
        var raw = await RawHttp.SendAsync(gateway.Server.Address, Head + "Content-Length: 100000000\r\n\r\n{", limit: TimeSpan.FromSeconds(20), quiet: TimeSpan.FromSeconds(15));
        await gateway.AssertRejectedAsync(raw, 413, "request_too_large");
        Assert.True(raw.End is RawEnd.Closed or RawEnd.Reset, $"The connection was left open: {raw.End}");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(14), $"It took {watch.Elapsed}.");
        await gateway.AssertServesAsync();
    }

    [Fact]
    public async Task HundredMegabytesSentAllTheSame_AreNotTaken()
    {
        var chunk = new byte[1_000_000];
        Array.Fill(chunk, (byte)' ');
        var parts = Enumerable.Repeat(chunk, 100).Prepend(Encoding.Latin1.GetBytes(Head + "Content-Length: 100000000\r\n\r\n")).ToList();
        var raw = await RawHttp.SendAsync(gateway.Server.Address, parts, TimeSpan.Zero, limit: TimeSpan.FromSeconds(20), quiet: TimeSpan.FromSeconds(15));
        // The answer may be lost to the reset that ends the sending; a second answer must not be there.
        Assert.True(raw.Statuses is [] or [413], raw.Text);
        Assert.True(raw.End is RawEnd.Closed or RawEnd.Reset, $"The connection was left open: {raw.End}");
        await gateway.AssertServesAsync();
    }

    [Fact]
    public async Task ChunkedBodyOverTheLimit_Gets413()
    {
        var chunk = Encoding.Latin1.GetBytes($"{100_000:x}\r\n{new string(' ', 100_000)}\r\n");
        var parts = Enumerable.Repeat(chunk, 12).Prepend(Encoding.Latin1.GetBytes(Head + "Transfer-Encoding: chunked\r\n\r\n")).ToList();
        var raw = await RawHttp.SendAsync(gateway.Server.Address, parts, TimeSpan.Zero, limit: TimeSpan.FromSeconds(20), quiet: TimeSpan.FromSeconds(15));
        await gateway.AssertRejectedAsync(raw, 413, "request_too_large");
        Assert.True(raw.End is RawEnd.Closed or RawEnd.Reset, $"The connection was left open: {raw.End}");
        await gateway.AssertServesAsync();
    }

    [Fact]
    public async Task ChunkedBody_IsRead()
    {
        var body = HostileGateway.GoodBody;
        var raw = await gateway.SendAsync($"{Head}Transfer-Encoding: chunked\r\n\r\n5\r\n{body[..5]}\r\n{body.Length - 5:x}\r\n{body[5..]}\r\n0\r\n\r\n");
        Assert.Equal([200], raw.Statuses);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ExpectContinue_GetsItsGoAheadOnlyWhenTheBodyIsWanted(bool wanted)
    {
        var (body, head) = (HostileGateway.GoodBody, wanted ? Head : Head.Replace(HostileGateway.Key, "sk-nobody", StringComparison.Ordinal));
        byte[][] parts = [Encoding.Latin1.GetBytes($"{head}Expect: 100-continue\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n"), Encoding.Latin1.GetBytes(body)];
        var raw = await RawHttp.SendAsync(gateway.Server.Address, parts, TimeSpan.FromMilliseconds(300), quiet: TimeSpan.FromSeconds(2));
        Assert.Equal(wanted ? [100, 200] : [401], raw.Statuses);
    }

    [Fact]
    public async Task ExpectOfSomethingElse_IsNoServerError()
    {
        var raw = await gateway.SendAsync(HostileGateway.Request(HostileGateway.GoodBody, headers: "Expect: the-unexpected\r\n"));
        Assert.True(HttpText.Parse(raw).Status is 200 or 417, raw.Text);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task PackedBody_IsUnpacked(string encoding)
    {
        Assert.Equal([200], (await SendPackedAsync(encoding, Pack(encoding, Encoding.UTF8.GetBytes(HostileGateway.GoodBody)))).Statuses);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Bomb_Gets413InBoundedMemory(string encoding)
    {
        var bomb = Pack(encoding, new byte[100_000_000]);
        Assert.True(bomb.Length < 1_000_000, $"The bomb is {bomb.Length} bytes long: over the limit as it is.");
        var before = GC.GetTotalAllocatedBytes();
        var raw = await SendPackedAsync(encoding, bomb);
        await gateway.AssertRejectedAsync(raw, 413, "request_too_large");
        Assert.True(GC.GetTotalAllocatedBytes() - before < 50_000_000, "The bomb was unpacked.");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task BodyThatIsNotWhatItsEncodingSays_Gets400(string encoding)
    {
        await gateway.AssertRejectedAsync(await SendPackedAsync(encoding, Encoding.UTF8.GetBytes(HostileGateway.GoodBody)), 400);
        var cut = Pack(encoding, Encoding.UTF8.GetBytes(HostileGateway.GoodBody))[..20];
        await gateway.AssertRejectedAsync(await SendPackedAsync(encoding, cut), 400);
        await gateway.AssertRejectedAsync(await SendPackedAsync(encoding, []), 400);
    }

    [Fact]
    public async Task BodyThatStops_Gets408InBoundedTime()
    {
        var watch = Stopwatch.StartNew();
        var raw = await RawHttp.SendAsync(gateway.Server.Address, Head + "Content-Length: 1000\r\n\r\n{\"model\":", limit: TimeSpan.FromSeconds(40), quiet: TimeSpan.FromSeconds(10));
        await gateway.AssertRejectedAsync(raw, 408, "request_timeout");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(35), $"It took {watch.Elapsed}.");
    }

    [Fact]
    public async Task BodyThatDrips_Gets408InBoundedTime()
    {
        var parts = Enumerable.Repeat(" "u8.ToArray(), 200).Prepend(Encoding.Latin1.GetBytes(Head + "Content-Length: 1000\r\n\r\n{")).ToList();
        var raw = await RawHttp.SendAsync(gateway.Server.Address, parts, TimeSpan.FromMilliseconds(150), limit: TimeSpan.FromSeconds(40), quiet: TimeSpan.FromSeconds(2));
        await gateway.AssertRejectedAsync(raw, 408, "request_timeout");
    }

    [Fact]
    public async Task HeadersThatStop_AreCutInBoundedTime()
    {
        var raw = await RawHttp.SendAsync(gateway.Server.Address, "POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nx-slow: ", limit: TimeSpan.FromSeconds(40), quiet: TimeSpan.FromSeconds(30));
        Assert.True(raw.Statuses is [] or [408], raw.Text);
        Assert.True(raw.End is RawEnd.Closed or RawEnd.Reset, $"The connection was left open: {raw.End}");
    }

    [Fact]
    public async Task CallerWhoLeavesInTheMiddle_LeavesOneRecord()
    {
        var tag = Guid.NewGuid().ToString("N");
        using (var client = new System.Net.Sockets.TcpClient())
        {
            await client.ConnectAsync(gateway.Server.Address.Host, gateway.Server.Address.Port);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"{Head}x-gateway-tags: t={tag}\r\nContent-Length: 1000\r\n\r\n{{"));
            await Task.Delay(200);
        }
        var record = await gateway.Server.WaitForRecordAsync(record =>
            record.GetProperty("caller").GetString() == "everything"
            && (record.GetProperty("outcome").GetString() == "caller_gone" || record.GetProperty("status").GetInt32() == 400));
        Assert.False(record.TryGetProperty("usage", out _));
        await gateway.AssertServesAsync();
    }

    private Task<RawAnswer> SendPackedAsync(string encoding, byte[] body)
    {
        var head = Encoding.Latin1.GetBytes($"{Head}Content-Encoding: {encoding}\r\nContent-Length: {body.Length}\r\n\r\n");
        return RawHttp.SendAsync(gateway.Server.Address, [[.. head, .. body]], TimeSpan.Zero);
    }

    private static byte[] Pack(string encoding, byte[] body)
    {
        using var packed = new MemoryStream();
        using (var packer = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Optimal) : (Stream)new BrotliStream(packed, CompressionLevel.Fastest))
            packer.Write(body);
        return packed.ToArray();
    }
}
