using System.Net;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>The simulator in the dialects of other providers: read by their codecs, at their paths, with every fault.</summary>
public sealed class DialectTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    private const string Question = "Tell me";

    public static TheoryData<string> Dialects { get; } = new("anthropic", "gemini", "converse", "cohere");

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Answer_IsTheSameInEveryDialect_WholeAndStreamed(string dialect)
    {
        var openAI = await fixture.OpenAI.GetChatClient("m").CompleteChatAsync(Question);
        var whole = Codec(dialect).ReadResponse((await SendAsync(dialect, "m", stream: false)).Body);
        var (streamed, isComplete, _) = Read(dialect, (await SendAsync(dialect, "m", stream: true)).Body);

        Assert.True(isComplete);
        foreach (var answer in (ChatResponse[])[whole, streamed])
        {
            Assert.Equal(openAI.Value.Content[0].Text, Assert.IsType<TextPart>(Assert.Single(answer.Candidates[0].Parts)).Text);
            Assert.Equal(FinishReason.Stop, answer.Candidates[0].Finish);
            Assert.Equal(openAI.Value.Usage.InputTokenCount, answer.Usage!.InputTokens);
            Assert.Equal(openAI.Value.Usage.OutputTokenCount, answer.Usage.OutputTokens);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task ErrorStatus_ComesInTheDialectsShape(string dialect)
    {
        foreach (var (fault, status, kind) in ((string, int, ProviderErrorKind)[])
        [
            ("status=503", 503, ProviderErrorKind.Overloaded), ("retry-after=7", 429, ProviderErrorKind.RateLimited), ("status=401", 401, ProviderErrorKind.InvalidKey),
            ("context_length_exceeded", 400, ProviderErrorKind.ContextWindow), ("status=500", 500, ProviderErrorKind.ServerError),
        ])
        {
            var answer = await SendAsync(dialect, "m!" + fault, stream: true);

            Assert.Equal(status, (int)answer.Status);
            Assert.Equal(kind, Codec(dialect).ReadError(status, answer.Body).Kind);
            Assert.Equal(fault == "retry-after=7" ? "7" : null, answer.RetryAfter);
            var root = JsonDocument.Parse(answer.Body).RootElement;
            Assert.Equal(dialect is "anthropic" or "gemini", root.TryGetProperty("error", out _));
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task FaultInTheHeader_StrikesToo(string dialect)
    {
        var answer = await SendAsync(dialect, "m", stream: false, "status=418");

        Assert.Equal(418, (int)answer.Status);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task FaultsOfStreams_AreEventsOfTheDialect(string dialect)
    {
        var (_, endIsComplete, endError) = Read(dialect, (await SendAsync(dialect, "m!end=4", stream: true)).Body);
        var (_, _, error) = Read(dialect, (await SendAsync(dialect, "m!error-event=4", stream: true)).Body);

        Assert.False(endIsComplete);
        Assert.Null(endError);
        Assert.Contains("Simulated fault", error!.Message, StringComparison.Ordinal);
        var malformed = (await SendAsync(dialect, "m!malformed=4", stream: true)).Body;
        Assert.Throws<ChatFormatException>(() => Read(dialect, malformed));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync(dialect, "m!cut=4", stream: true));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SendAsync(dialect, "m!reset", stream: true));
        var (slow, isComplete, _) = Read(dialect, (await SendAsync(dialect, "m!slow-first=5,stall=2,5,split=7", stream: true)).Body);
        Assert.True(isComplete);
        Assert.NotEmpty(slow.Candidates[0].Parts);
    }

    [Theory]
    [InlineData("anthropic")]
    [InlineData("converse")]
    public async Task MissingTerminalEvent_LeavesAnIncompleteStream(string dialect)
    {
        var (answer, isComplete, error) = Read(dialect, (await SendAsync(dialect, "m!no-done", stream: true)).Body);

        Assert.False(isComplete);
        Assert.Null(error);
        Assert.NotEmpty(answer.Candidates[0].Parts);
    }

    [Fact]
    public async Task GeminiWithoutSse_StreamsAnArray()
    {
        using var answer = await fixture.Http.PostAsync(new Uri("/v1beta/models/m:streamGenerateContent", UriKind.Relative), Json(Bodies("gemini", "m", false)));

        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.True(JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement.GetArrayLength() > 5);
    }

    // What providers refuse, a translation must not send.
    [Theory]
    [InlineData("/v1/messages", """{"model":"m","messages":[{"role":"user","content":"x"}]}""", "max_tokens: Field required")]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":9,"messages":[]}""", "at least one message")]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":9,"temperature":1.5,"messages":[{"role":"user","content":"x"}]}""", "temperature")]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":999,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"x"}]}""", "must be greater than `thinking.budget_tokens`")]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"Zm9yZWlnbg=="}]},{"role":"user","content":"x"}]}""", "Invalid `signature`")]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]},{"role":"user","content":"x"}]}""", "without `tool_result` blocks")]
    [InlineData("/v1/messages", """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"x"}]}]}""", "unexpected `tool_use_id`")]
    [InlineData("/model/m/converse", """{"messages":[{"role":"assistant","content":[{"text":"x"}]}]}""", "user and assistant roles")]
    [InlineData("/model/m/converse", """{"messages":[{"role":"user","content":[{"text":" "}]}]}""", "blank")]
    [InlineData("/v1beta/models/m:generateContent", """{"contents":[]}""", "contents is not specified")]
    [InlineData("/v1beta/models/m:generateContent", """{"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"text":"x"}]}]}""", "number of function response parts")]
    [InlineData("/v2/chat", """{"model":"m","temperature":2,"messages":[{"role":"user","content":"x"}]}""", "temperature")]
    public async Task WhatTheProviderRefuses_IsRefused(string path, string body, string words)
    {
        using var answer = await fixture.Http.PostAsync(new Uri(path, UriKind.Relative), Json(body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task GivenAnswer_IsGivenInEveryDialect_WholeAndStreamed(string dialect)
    {
        await using var server = await SimulatorServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Address };
        await server.Control.SetAnswerAsync("anthropic", """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"Just so."},{"type":"tool_use","id":"toolu_1","name":"f","input":{"a":1}}],
             "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":7,"output_tokens":9}}
            """);
        foreach (var stream in (bool[])[false, true])
        {
            using var answer = await client.PostAsync(new Uri(Path(dialect, "m", stream), UriKind.Relative), Json(Bodies(dialect, "m", stream)));
            var body = await answer.Content.ReadAsByteArrayAsync();
            var read = stream ? Read(dialect, body).Answer : Codec(dialect).ReadResponse(body);

            Assert.Equal(FinishReason.ToolCalls, read.Candidates[0].Finish);
            Assert.Equal("""{"a":1}""", Assert.Single(read.Candidates[0].Parts.OfType<ToolCallPart>()).Arguments);
            // Cohere has no text beside calls: what is said is the plan.
            Assert.Equal("Just so.", string.Concat(read.Candidates[0].Parts.Select(part => part switch { TextPart text => text.Text, ThinkingPart plan => plan.Text, _ => "" })));
            Assert.Equal((7, 9), (read.Usage!.InputTokens, read.Usage.OutputTokens));
        }
        await server.Control.ResetAsync();
        using var own = await client.PostAsync(new Uri(Path(dialect, "m", false), UriKind.Relative), Json(Bodies(dialect, "m", false)));
        Assert.Contains("Simulated answer", await own.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CountTokens_CountsAsTheAnswerDoes()
    {
        using var answer = await fixture.Http.PostAsync(new Uri("/v1/messages/count_tokens", UriKind.Relative), Json("""{"model":"m","messages":[{"role":"user","content":"eight888"}]}"""));

        Assert.Equal("""{"input_tokens":2}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("anthropic", "x-api-key", "right")]
    [InlineData("gemini", "x-goog-api-key", "right")]
    [InlineData("converse", "Authorization", "Bearer right")]
    [InlineData("cohere", "Authorization", "Bearer right")]
    public async Task Key_ComesInTheProvidersHeader(string dialect, string header, string value)
    {
        await using var server = await SimulatorServer.StartAsync(options => options.RequiredApiKey = "right");
        using var client = new HttpClient { BaseAddress = server.Address };
        using var without = await client.PostAsync(new Uri(Path(dialect, "m", false), UriKind.Relative), Json(Bodies(dialect, "m", false)));
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        using var with = await client.PostAsync(new Uri(Path(dialect, "m", false), UriKind.Relative), Json(Bodies(dialect, "m", false)));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (without.StatusCode, with.StatusCode));
    }

    private async Task<(HttpStatusCode Status, byte[] Body, string? RetryAfter)> SendAsync(string dialect, string model, bool stream, string? fault = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path(dialect, model, stream), UriKind.Relative)) { Content = Json(Bodies(dialect, model, stream)) };
        if (fault is not null)
            request.Headers.Add("x-sim-fault", fault);
        using var answer = await fixture.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), answer.Headers.RetryAfter?.ToString());
    }

    private static (ChatResponse Answer, bool IsComplete, ProviderError? Error) Read(string dialect, byte[] body)
    {
        var codec = Codec(dialect);
        var decoder = codec.CreateDecoder();
        var stream = new ChatStream(codec.Dialect);
        var steps = new List<ChatEvent>();
        var ordered = new List<ChatEvent>();
        for (var at = 0; at < body.Length;)
        {
            var scanned = 0;
            var end = EventFraming.FindEnd(codec.Framing, body.AsSpan(at), ref scanned);
            Assert.True(end > 0, "The stream ends inside an event.");
            decoder.Decode(body.AsSpan(at, end), steps);
            at += end;
        }
        foreach (var step in steps)
            stream.Push(step, ordered);
        stream.Complete(ordered);
        return (stream.Response, decoder.IsComplete, ordered.Find(step => step.Kind == ChatEventKind.Error).Error);
    }

    private static ChatCodec Codec(string dialect) => dialect switch
    {
        "anthropic" => AnthropicCodec.Instance,
        "gemini" => GeminiCodec.Instance,
        "converse" => ConverseCodec.Instance,
        _ => CohereCodec.Instance,
    };

    private static string Path(string dialect, string model, bool stream)
    {
        var escaped = Uri.EscapeDataString(model);
        return dialect switch
        {
            "anthropic" => "/v1/messages",
            "gemini" => stream ? $"/v1beta/models/{escaped}:streamGenerateContent?alt=sse" : $"/v1beta/models/{escaped}:generateContent",
            "converse" => $"/model/{escaped}/converse{(stream ? "-stream" : "")}",
            _ => "/v2/chat",
        };
    }

    private static string Bodies(string dialect, string model, bool stream) => dialect switch
    {
        "gemini" => $$"""{"contents":[{"role":"user","parts":[{"text":"{{Question}}"}]}]}""",
        "converse" => $$"""{"messages":[{"role":"user","content":[{"text":"{{Question}}"}]}]}""",
        _ => $$"""{"model":"{{model}}","max_tokens":4096,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{Question}}"}]}""",
    };

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
