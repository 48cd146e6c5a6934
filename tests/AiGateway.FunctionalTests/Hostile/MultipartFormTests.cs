namespace AiGateway.FunctionalTests.Hostile;

/// <summary>Multipart forms, whole and broken.</summary>
[Collection(HostileTestGroup.Name)]
public sealed class MultipartFormTests(HostileGateway gateway)
{
    private const string Path = "/v1/audio/transcriptions";
    private const string Model = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na/whisper\r\n";
    private const string File = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF....WAVE\r\n";
    private const string End = "--b--\r\n";

    [Theory]
    [InlineData(Model + File + End)]
    [InlineData(File + Model + End)]
    public async Task Form_IsRead_WhereverTheModelStands(string form)
    {
        var answer = HttpText.Parse(await SendAsync(form));
        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal("a/whisper", answer.Headers["x-gateway-route"]);
        Assert.Contains("whisper", (await gateway.Simulator.Control.LastAsync()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileLargerThanTheMemory_BeforeTheModel_IsSpooled()
    {
        var file = File.Replace("RIFF....WAVE", "RIFF" + new string('x', 300_000), StringComparison.Ordinal);
        Assert.Equal(200, HttpText.Parse(await SendAsync(file + Model + End)).Status);
    }

    [Theory]
    [InlineData(File + End, "multipart/form-data; boundary=b")]
    [InlineData("", "multipart/form-data; boundary=b")]
    [InlineData(End, "multipart/form-data; boundary=b")]
    [InlineData(Model + File + End, "multipart/form-data")]
    [InlineData(Model + File + End, "multipart/form-data; boundary=")]
    [InlineData(Model + File + End, "multipart/form-data; boundary=other")]
    [InlineData(Model + File + End, "multipart/form-data; boundary=b; boundary=c")]
    [InlineData(Model + Model + File + End, "multipart/form-data; boundary=b")]
    [InlineData(Model + File, "multipart/form-data; boundary=b")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na/whis", "multipart/form-data; boundary=b")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"; filename=\"m\"\r\n\r\na/whisper\r\n" + File + End, "multipart/form-data; boundary=b")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na/\u00ff\u00fe\r\n" + File + End, "multipart/form-data; boundary=b")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na/../x\r\n" + File + End, "multipart/form-data; boundary=b")]
    [InlineData("--b\r\nno header here\r\n\r\n" + End, "multipart/form-data; boundary=b")]
    [InlineData("plain text", "multipart/form-data; boundary=b")]
    public async Task BrokenForm_Gets400(string form, string type)
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request(form, Path, type: type), 400);
    }

    [Fact]
    public async Task HugeBoundary_Gets400()
    {
        await gateway.AssertRejectedAsync(HostileGateway.Request(Model + End, Path, type: $"multipart/form-data; boundary={new string('b', 10_000)}"), 400);
    }

    [Fact]
    public async Task ThousandParts_Get400()
    {
        var parts = string.Concat(Enumerable.Range(0, 1_000).Select(i => $"--b\r\nContent-Disposition: form-data; name=\"p{i}\"\r\n\r\nx\r\n"));
        await gateway.AssertRejectedAsync(HostileGateway.Request(parts + Model + End, Path, type: "multipart/form-data; boundary=b"), 400);
    }

    [Fact]
    public async Task HugeModelField_Gets400()
    {
        var form = Model.Replace("a/whisper", new string('m', 500_000), StringComparison.Ordinal) + End;
        await gateway.AssertRejectedAsync(HostileGateway.Request(form, Path, type: "multipart/form-data; boundary=b"), 400);
    }

    [Fact]
    public async Task HugePartHeaders_Get400()
    {
        var form = $"--b\r\nContent-Disposition: form-data; name=\"x\"\r\nx-bomb: {new string('h', 100_000)}\r\n\r\nx\r\n{Model}{End}";
        await gateway.AssertRejectedAsync(HostileGateway.Request(form, Path, type: "multipart/form-data; boundary=b"), 400);
    }

    [Fact]
    public async Task FormOverTheLimit_Gets413AndLeavesNoFileBehind()
    {
        var before = Directory.GetFiles(System.IO.Path.GetTempPath()).Length;
        await gateway.AssertRejectedAsync(
            $"POST {Path} HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {HostileGateway.Key}\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
            + string.Concat(Enumerable.Repeat($"{500_000:x}\r\n{new string('x', 500_000)}\r\n", 5)) + "0\r\n\r\n",
            413);
        Assert.True(Directory.GetFiles(System.IO.Path.GetTempPath()).Length <= before + 20, "Temporary files were left behind.");
    }

    private async Task<TestKit.RawAnswer> SendAsync(string form) =>
        await gateway.SendAsync(HostileGateway.Request(form, Path, type: "multipart/form-data; boundary=b"));
}
