using System.Net;
using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>The provider that replays recorded exchanges; tried on exchanges of our own, so that it needs no recordings.</summary>
public sealed class ReplayProviderTests : IAsyncLifetime
{
    private const string Events = "data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n";

    private readonly HttpClient _client = new();
    private ReplayProvider _provider = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await ReplayProvider.StartAsync(
        [
            Exchange("own.whole", """{"model":"m","n":1}""", "application/json", """{"ok":true}"""),
            Exchange("own.stream", """{"model":"m","stream":true}""", "text/event-stream", Events),
        ]);
        _client.BaseAddress = _provider.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task EqualJson_WrittenOtherwise_IsFound()
    {
        using var answer = await PostAsync("""{ "n": 1, "model": "\u006d" }""");

        Assert.Equal("""{"ok":true}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("own.whole", Assert.Single(_provider.Received).AnsweredBy);
    }

    [Fact]
    public async Task EnqueuedExchange_AnswersWhateverIsAsked_Once()
    {
        _provider.Next("own.stream");
        using var first = await PostAsync("{}");
        using var second = await PostAsync("{}");

        Assert.Equal(Events, await first.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, second.StatusCode);
        Assert.Equal("1", Assert.Single(second.Headers.GetValues("x-replay-miss")));
    }

    [Fact]
    public async Task SplitStream_HasTheSameBytes()
    {
        _provider.Next("own.stream", new ReplayOptions { SplitBytes = 3 });
        using var answer = await PostAsync("{}");

        Assert.Equal(Events, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task CutStream_IsResetAfterThatManyEvents()
    {
        _provider.Next("own.stream", new ReplayOptions { CutAfter = 1 });
        var answer = await RawHttp.SendAsync(_provider.Address, "POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");

        Assert.Equal(RawEnd.Reset, answer.End);
        Assert.Contains("{\"a\":1}", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("{\"b\":2}", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryRecordedStream_IsWholeWhenItsEventsAreJoined()
    {
        var streams = RecordedTraffic.All().Where(exchange => exchange.AnswerIsStream).ToList();

        Assert.NotEmpty(streams);
        Assert.All(streams, exchange => Assert.Equal(
            exchange.ResponseBody, StreamEvents.Of(exchange.ResponseBody, exchange.ContentType).SelectMany(item => item.ToArray())));
    }

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _client.PostAsync(new Uri("/v1/x", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    private static RecordedExchange Exchange(string id, string request, string contentType, string response) => new()
    {
        Id = id,
        Provider = "own",
        Endpoint = "x",
        Features = new HashSet<string>(),
        Finish = [],
        Method = "POST",
        Path = "/v1/x",
        Query = "",
        RequestHeaders = new Dictionary<string, string>(),
        RequestBody = Encoding.UTF8.GetBytes(request),
        RequestIsJson = true,
        Status = 200,
        ResponseHeaders = new Dictionary<string, string> { ["content-type"] = contentType },
        ResponseBody = Encoding.UTF8.GetBytes(response),
    };
}
