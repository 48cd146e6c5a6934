using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>Each fault is seen on the wire as its description in docs/features/simulator.md says.</summary>
public sealed class FaultTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    // Five words: a role event, five of text, a finish and [DONE].
    private const string Text = "tokens=6";

    [Theory]
    [InlineData("status=503", 503, "service_unavailable")]
    [InlineData("status=401", 401, "invalid_api_key")]
    [InlineData("429", 429, "rate_limit_exceeded")]
    [InlineData("insufficient_quota", 429, "insufficient_quota")]
    [InlineData("context_length_exceeded", 400, "context_length_exceeded")]
    [InlineData("content_filter", 400, "content_filter")]
    [InlineData("DeploymentNotFound", 404, "DeploymentNotFound")]
    [InlineData("model_not_found", 404, "model_not_found")]
    public async Task ErrorStatus_ComesInTheProvidersShape(string fault, int status, string code)
    {
        var answer = await SendAsync(fault, stream: true);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(code, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("retry-after=7", "Retry-After", "7")]
    [InlineData("429,retry-after-ms=250", "retry-after-ms", "250")]
    [InlineData("429,reset-requests=1m30s", "x-ratelimit-reset-requests", "1m30s")]
    public async Task RetryHint_ComesInItsHeader(string fault, string header, string value)
    {
        var answer = await SendAsync(fault, stream: false);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.Equal(value, Assert.Single(answer.Headers.GetValues(header)));
    }

    [Fact]
    public async Task RetryHintAsDate_LiesAhead()
    {
        var answer = await SendAsync("503,retry-after-date=30", stream: false);

        Assert.InRange(answer.Headers.RetryAfter!.Date!.Value - answer.Headers.Date!.Value, TimeSpan.FromSeconds(28), TimeSpan.FromSeconds(31));
    }

    [Fact]
    public async Task Reset_IsATcpResetWithoutAByte()
    {
        var answer = await RawHttp.SendAsync(fixture.Server.Address, RawRequest("reset"));

        Assert.Equal(RawEnd.Reset, answer.End);
        Assert.Empty(answer.Bytes);
    }

    [Fact]
    public async Task ResetAfterHeaders_ShowsTheStatus()
    {
        var answer = await RawHttp.SendAsync(fixture.Server.Address, RawRequest("reset-after-headers"));

        Assert.Equal(RawEnd.Reset, answer.End);
        Assert.Equal([200], answer.Statuses);
        Assert.DoesNotContain("data:", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Cut_ResetsAfterThatManyEvents(int events)
    {
        var answer = await RawHttp.SendAsync(fixture.Server.Address, RawRequest($"cut={events}"));

        Assert.Equal(RawEnd.Reset, answer.End);
        Assert.Equal(events, Count(answer.Text));
    }

    [Fact]
    public async Task End_IsCleanWithoutFinishReason()
    {
        var answer = await SendAsync("end=3", stream: true);

        Assert.Equal(3, Count(answer.Body));
        Assert.DoesNotContain("[DONE]", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"stop\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingTerminalEvent_LeavesTheFinishReason()
    {
        var answer = await SendAsync("no-done", stream: true);

        Assert.Contains("\"finish_reason\":\"stop\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MalformedEvent_IsNotJsonAndTheOthersAre()
    {
        var events = (await SendAsync("malformed=2", stream: true)).Body.Split("\n\n");

        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(events[1]["data: ".Length..]));
        JsonDocument.Parse(events[0]["data: ".Length..]).Dispose();
        JsonDocument.Parse(events[2]["data: ".Length..]).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task ErrorEvent_EndsTheStreamCleanly(int after)
    {
        var answer = await SendAsync($"error-event={after}", stream: true);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var events = answer.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(after + 1, events.Length);
        Assert.StartsWith("data: {\"error\":", events[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("latency=120")]
    [InlineData("slow-first=120")]
    [InlineData("stall=2,120")]
    [InlineData("pace=20")]
    public async Task Waiting_TakesAtLeastItsTime(string fault)
    {
        var watch = Stopwatch.StartNew();
        var answer = await SendAsync(fault, stream: true);

        Assert.True(watch.ElapsedMilliseconds >= 115, $"It took {watch.ElapsedMilliseconds} ms.");
        Assert.Contains("[DONE]", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Garbage_IsNotJson(bool stream)
    {
        var answer = await SendAsync("garbage", stream);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(answer.Body));
    }

    [Fact]
    public async Task MissingContentType_LeavesTheBodyWhole()
    {
        var answer = await SendAsync("no-content-type", stream: false);

        Assert.Null(answer.ContentType);
        JsonDocument.Parse(answer.Body).Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WrongLength_IsABodyShorterThanPromised(bool stream)
    {
        var broken = await Assert.ThrowsAnyAsync<Exception>(() => SendAsync("wrong-length", stream));

        Assert.True(broken is HttpRequestException or IOException, broken.ToString());
    }

    [Fact]
    public async Task OddAnswers_HaveTheirStatus()
    {
        Assert.Equal(HttpStatusCode.Redirect, (await SendAsync("redirect", stream: false)).Status);
        var page = await SendAsync("html", stream: false);
        Assert.Equal((HttpStatusCode.BadGateway, "text/html"), (page.Status, page.ContentType));
        var empty = await SendAsync("empty", stream: false);
        Assert.Equal((HttpStatusCode.OK, ""), (empty.Status, empty.Body));
        Assert.Equal(300_000 + 16, (await SendAsync("huge=300000", stream: false)).Body.Length);
    }

    [Fact]
    public async Task StreamOnTheWire_IsTheSameInOddPiecesWithCommentsAndCrLf()
    {
        var plain = Texts((await SendAsync("no-usage", stream: true)).Body);

        Assert.Equal(plain, Texts((await SendAsync("no-usage,split=7", stream: true)).Body));
        Assert.Equal(plain, Texts((await SendAsync("no-usage,comments,crlf", stream: true)).Body));
    }

    [Fact]
    public async Task ProcessWideFault_StrikesTheSameRequestsEachTime_UntilLifted()
    {
        await using var server = await SimulatorServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Address };
        var rounds = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            await server.Control.SetFaultAsync("status=503,share=0.5");
            var statuses = new StringBuilder();
            for (var request = 0; request < 40; request++)
            {
                using var answer = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), Body("m", stream: false));
                statuses.Append(answer.IsSuccessStatusCode ? '.' : 'x');
            }
            rounds.Add(statuses.ToString());
        }
        await server.Control.SetFaultAsync(null);
        using var last = await client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), Body("m", stream: false));

        Assert.Equal(rounds[0], rounds[1]);
        Assert.InRange(rounds[0].Count(mark => mark == 'x'), 10, 30);
        Assert.True(last.IsSuccessStatusCode);
    }

    [Fact]
    public async Task FirstN_StrikesThatManyRequests()
    {
        var statuses = new List<int>();
        for (var request = 0; request < 4; request++)
            statuses.Add((int)(await SendAsync("status=500,first=2", stream: false)).Status);

        Assert.Equal([500, 500, 200, 200], statuses);
    }

    [Fact]
    public async Task UnknownFault_IsRefusedByName()
    {
        var answer = await SendAsync("explode", stream: false);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("Unknown fault 'explode'", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryDocumentedFault_IsKnown()
    {
        var page = await File.ReadAllTextAsync(RepositoryRoot.Of("docs", "features", "simulator.md"), TestContext.Current.CancellationToken);
        var rows = page[page.IndexOf("## Faults", StringComparison.Ordinal)..page.IndexOf("## Defaults", StringComparison.Ordinal)].Split('\n').Where(row => row.StartsWith("| `", StringComparison.Ordinal));
        var items = rows.SelectMany(row => row.Split('|')[1].Split('`').Where((_, index) => index % 2 == 1)).ToList();

        Assert.True(items.Count > 35, $"{items.Count} faults were found.");
        foreach (var item in items)
        {
            var fault = item.Replace("NNN", "503", StringComparison.Ordinal).Replace("BYTES", "9", StringComparison.Ordinal).Replace("URL", "/x", StringComparison.Ordinal)
                .Replace("MS", "1", StringComparison.Ordinal).Replace("=N", "=2", StringComparison.Ordinal).Replace("=S", "=1", StringComparison.Ordinal).Replace("=P", "=1", StringComparison.Ordinal);
            // Refuses what it does not know.
            await fixture.Server.Control.SetFaultAsync(fault);
        }
        await fixture.Server.Control.SetFaultAsync(null);
    }

    private async Task<(HttpStatusCode Status, string Body, string? ContentType, HttpResponseHeaders Headers)> SendAsync(string fault, bool stream)
    {
        using var answer = await fixture.Http.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), Body($"m!{Text},{fault}", stream));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType?.MediaType, answer.Headers);
    }

    private static string RawRequest(string fault)
    {
        var body = $$"""{"model":"m!{{Text}},{{fault}}","stream":true,"messages":[{"role":"user","content":"x"}]}""";
        return $"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }

    private static StringContent Body(string model, bool stream) =>
        new($$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"x"}]}""", Encoding.UTF8, "application/json");

    private static int Count(string body) => body.Split("data: ").Length - 1;

    private static List<string> Texts(string body) =>
        [.. body.ReplaceLineEndings("\n").Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("choices").ToString())];
}
