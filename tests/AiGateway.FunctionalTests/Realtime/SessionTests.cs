using System.Net.WebSockets;
using System.Text.Json;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A session passes as if the gateway were not there, and leaves one record that says what the provider counted.</summary>
[Collection(RealtimeCollection.Name)]
public sealed class SessionTests(RealtimeFixture fixture)
{
    [Fact]
    public async Task Conversation_PassesBothWays_AndItsRecordSaysWhatTheProviderCounted()
    {
        await fixture.A.Control.ResetAsync();
        using var client = await fixture.OpenAsync();
        var created = await client.ReadUntilAsync("session.created");
        await client.SendAsync("""{"type":"session.update","session":{"type":"realtime","audio":{"input":{"transcription":{"model":"gpt-4o-transcribe"}}}}}""");
        await client.ReadUntilAsync("session.updated");
        await client.SayAsync("Good morning");
        var first = await client.AnswerAsync();
        await client.SendAsync($$"""{"type":"input_audio_buffer.append","audio":"{{Convert.ToBase64String(new byte[480_000])}}"}""");
        await client.SendAsync("""{"type":"input_audio_buffer.commit"}""");
        await client.ReadUntilAsync("conversation.item.input_audio_transcription.completed");
        await client.SendAsync("""{"type":"response.create"}""");
        var second = (await client.ReadUntilAsync("response.done")).GetProperty("response");
        await client.CloseAsync();

        Assert.Equal("gpt-realtime", created.GetProperty("session").GetProperty("model").GetString());
        var record = await fixture.RecordAsync(client);
        Assert.Equal(("realtime", 101, "completed"), (record.GetProperty("operation").GetString(), record.GetProperty("status").GetInt32(), record.GetProperty("outcome").GetString()));
        var session = record.GetProperty("session");
        Assert.Equal(("closed_by_caller", 1000, 2, 1, "gpt-4o-transcribe"), (
            session.GetProperty("end").GetString(), session.GetProperty("close_code").GetInt32(), session.GetProperty("responses").GetInt32(),
            session.GetProperty("transcriptions").GetInt32(), session.GetProperty("transcription_model").GetString()));
        Assert.Equal(6, session.GetProperty("caller_messages").GetInt64());

        var counted = (await fixture.A.Control.StatsAsync()).GetProperty("tokens");
        var usage = record.GetProperty("usage");
        Assert.Equal(counted.GetProperty("input").GetInt64(), usage.GetProperty("input_tokens").GetInt64());
        Assert.Equal(counted.GetProperty("output").GetInt64(), usage.GetProperty("output_tokens").GetInt64());
        Assert.False(usage.GetProperty("estimated").GetBoolean());

        // config/prices.json, per million: gpt-realtime 4 text, 16 text out, 32 audio, 64 audio out, 0.4 cached; gpt-4o-transcribe 6 audio, 10 out.
        var transcribed = Tokens(second, "input_token_details", "audio_tokens");
        var written = counted.GetProperty("output").GetInt64() - Tokens(first, "output_tokens") - Tokens(second, "output_tokens");
        var expected = (CostOf(first) + CostOf(second) + (transcribed * 6m) + (written * 10m)) / 1_000_000m;
        Assert.Equal(expected, decimal.Parse(record.GetProperty("cost_usd").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("v1/realtime?model=voice")]
    [InlineData("realtime?model=voice")]
    [InlineData("openai/v1/realtime?model=voice")]
    [InlineData("openai/realtime?deployment=voice&api-version=2025-04-01-preview")]
    [InlineData("openai/v1/realtime?deployment=voice")]
    [InlineData("openai/deployments/voice/realtime?api-version=2025-04-01-preview")]
    public async Task EachLayout_OpensASession(string path)
    {
        using var client = await RealtimeClient.ConnectAsync(fixture.Gateway.Address, path);
        await client.ReadUntilAsync("session.created");
        await client.SayAsync("Hello");
        var answer = await client.AnswerAsync();
        await client.CloseAsync();

        Assert.Equal("completed", answer.GetProperty("status").GetString());
        Assert.Equal(("voice", "voice-a", "sim-a", "gpt-realtime"), (client.Header("x-gateway-route"), client.Header("x-gateway-deployment"), client.Header("x-gateway-provider"), client.Header("x-gateway-model")));
    }

    [Theory]
    [InlineData("v1/realtime?model=a/m&intent=other&call_id=x", null, "/v1/realtime", "?model=m", false)]
    [InlineData("v1/realtime?model=a/m%26x%3D1", null, "/v1/realtime", "?model=m%26x%3D1", false)]
    [InlineData("v1/realtime?model=a/m", "realtime=v1", "/v1/realtime", "?model=m", true)]
    [InlineData("v1/realtime?model=a/gpt-4o-transcribe&intent=transcription", null, "/v1/realtime", "?intent=transcription", false)]
    [InlineData("v1/realtime?model=b/m", null, "/openai/v1/realtime", "?model=m", false)]
    [InlineData("v1/realtime?model=b/m", "realtime=v1", "/openai/realtime", "?api-version=2025-04-01-preview&deployment=m", true)]
    [InlineData("openai/realtime?deployment=b/m&api-version=2024-10-01-preview", null, "/openai/realtime", "?api-version=2025-04-01-preview&deployment=m", false)]
    public async Task Provider_IsAskedInItsOwnLayoutAndTheCallersVersion(string path, string? beta, string expectedPath, string expectedQuery, bool sendsBeta)
    {
        var simulator = path.Contains("=a/", StringComparison.Ordinal) ? fixture.A : fixture.B;
        using var client = await RealtimeClient.ConnectAsync(fixture.Gateway.Address, path, configure: options =>
        {
            options.SetRequestHeader("Cookie", "a=b");
            options.SetRequestHeader("OpenAI-Organization", "org-callers");
            if (beta is not null)
                options.SetRequestHeader("OpenAI-Beta", beta);
        });
        await client.ReadTextAsync();
        await client.CloseAsync();

        var seen = await simulator.Control.LastAsync();
        Assert.Equal((expectedPath, expectedQuery), (seen.GetProperty("path").GetString(), seen.GetProperty("query").GetString()));
        var headers = seen.GetProperty("headers");
        Assert.Equal(sendsBeta, headers.TryGetProperty("openai-beta", out _));
        Assert.DoesNotContain(headers.EnumerateObject(), header => header.Name is "cookie" or "openai-organization" or "sec-websocket-protocol" or "sec-websocket-extensions");
        Assert.DoesNotContain(RealtimeFixture.Key, seen.ToString(), StringComparison.Ordinal);
        Assert.Contains(RealtimeFixture.UpstreamKey, headers.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutboundProxy_IsAskedForATunnel()
    {
        await using var proxy = new TunnelProxy();
        await using var gateway = await fixture.AnotherGatewayAsync($"host:\n  outbound: {{ proxy: \"{proxy.Address}\" }}");
        using var client = await fixture.OpenAsync(gateway: gateway);
        await client.SayAsync("Hello");
        await client.AnswerAsync();
        await client.CloseAsync();

        Assert.Equal($"CONNECT {fixture.A.Address.Authority} HTTP/1.1", proxy.Asked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public async Task MessagesInPieces_ArriveWhole(int size)
    {
        using var client = await fixture.OpenAsync("a/m!split=" + size);
        var created = await client.ReadUntilAsync("session.created");
        await client.SendInPiecesAsync("""{"session":{"instructions":"Be brief · „äöü“ 🙂","model":"a/m!split=SIZE"},"type":"session.update"}""".Replace("SIZE", size.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal), size);
        var answered = await client.ReadTextAsync();
        await client.SendInPiecesAsync("""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"„äöü“ 🙂"}]}}""", size);
        var answer = await client.AnswerAsync();
        await client.CloseAsync();

        Assert.Equal("m", created.GetProperty("session").GetProperty("model").GetString());
        // The simulator calls the model by its name without the fault, and so takes the name with it for another.
        Assert.Contains("session_model_fixed", answered, StringComparison.Ordinal);
        Assert.Contains("„äöü“ 🙂", answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, (await fixture.RecordAsync(client)).GetProperty("session").GetProperty("responses").GetInt32());
    }

    [Fact]
    public async Task LargeAudio_PassesInBothOrdersOfItsMembers()
    {
        using var client = await fixture.OpenAsync();
        var audio = Convert.ToBase64String(new byte[3 * 1024 * 1024]);
        await client.SendAsync($$"""{"audio":"{{audio}}","type":"input_audio_buffer.append"}""");
        await client.SendAsync($$"""{"type":"input_audio_buffer.append","audio":"{{audio}}"}""");
        await client.SendAsync("""{"type":"input_audio_buffer.commit"}""");
        await client.ReadUntilAsync("input_audio_buffer.committed");
        var answer = await client.AnswerAsync();
        await client.CloseAsync();

        Assert.Equal((6 * 1024 * 1024 * 10L + 47_999) / 48_000, Tokens(answer, "input_token_details", "audio_tokens"));
    }

    [Fact]
    public async Task SessionUpdate_NamesTheProvidersModelInPlaceOfTheAlias_AndNoOther()
    {
        using var client = await fixture.OpenAsync();
        await client.SendAsync("""{"type":"session.update","session":{"type":"realtime","model":"voice","instructions":"one"}}""");
        var updated = await client.ReadUntilAsync("session.updated");
        await client.SendAsync("""{"type":"session.update","session":{"model":"gpt-realtime","instructions":"two"}}""");
        await client.ReadUntilAsync("session.updated");
        await client.SendAsync("""{"type":"session.update","event_id":"mine","session":{"model":"gpt-realtime-dear","instructions":"three"}}""");
        var error = (await client.ReadUntilAsync("error")).GetProperty("error");
        await client.SendAsync("""{"type":"session.upda\u0074e","session":{"mod\u0065l":"gpt-realtime-dear"}}""");
        var second = (await client.ReadUntilAsync("error")).GetProperty("error");
        await client.Socket.SendAsync("""{"type":"session.update","session":{"model":"gpt-realtime-dear"}}"""u8.ToArray(), WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
        Assert.Equal("invalid_session_update", (await client.ReadUntilAsync("error")).GetProperty("error").GetProperty("code").GetString());
        await client.SendAsync("""{"type":"session.update","session":{"model":"gpt-realtime-dear"}""");
        var third = (await client.ReadUntilAsync("error")).GetProperty("error");
        await client.SendAsync("""{"type":"session.update","session":{}}""");
        var last = await client.ReadUntilAsync("session.updated");
        await client.CloseAsync();

        Assert.Equal("gpt-realtime", updated.GetProperty("session").GetProperty("model").GetString());
        Assert.Equal(("invalid_session_update", "mine"), (error.GetProperty("code").GetString(), error.GetProperty("event_id").GetString()));
        Assert.Contains("'voice'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("invalid_session_update", second.GetProperty("code").GetString());
        Assert.Contains("not valid JSON", third.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("two", last.GetProperty("session").GetProperty("instructions").GetString());
    }

    [Fact]
    public async Task TranscriptionSession_IsPricedByWhatTranscribes()
    {
        using var client = await RealtimeClient.ConnectAsync(fixture.Gateway.Address, "v1/realtime?intent=transcription&model=a/gpt-4o-transcribe");
        await client.SendAsync("""{"type":"session.update","session":{"type":"transcription","audio":{"input":{"transcription":{"model":"gpt-4o-mini-transcribe"}}}}}""");
        var refused = (await client.ReadUntilAsync("error")).GetProperty("error");
        await client.SendAsync("""{"type":"session.update","session":{"type":"transcription","audio":{"input":{"transcription":{"model":"a/gpt-4o-transcribe"}}}}}""");
        await client.ReadUntilAsync("session.updated");
        await client.SendAsync($$"""{"type":"input_audio_buffer.append","audio":"{{Convert.ToBase64String(new byte[48_000])}}"}""");
        await client.SendAsync("""{"type":"input_audio_buffer.commit"}""");
        var usage = (await client.ReadUntilAsync("conversation.item.input_audio_transcription.completed")).GetProperty("usage");
        await client.CloseAsync();

        Assert.Equal("invalid_session_update", refused.GetProperty("code").GetString());
        var record = await fixture.RecordAsync(client);
        Assert.Equal((10, usage.GetProperty("output_tokens").GetInt64()), (record.GetProperty("usage").GetProperty("input_tokens").GetInt64(), record.GetProperty("usage").GetProperty("output_tokens").GetInt64()));
        var expected = ((10 * 6m) + (usage.GetProperty("output_tokens").GetInt64() * 10m)) / 1_000_000m;
        Assert.Equal(expected, decimal.Parse(record.GetProperty("cost_usd").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(1000, "bye")]
    [InlineData(1001, "")]
    [InlineData(3000, "invalid_request_error.invalid_api_key")]
    [InlineData(4999, "ä🙂")]
    public async Task CallersClose_GoesThroughAndComesBack(int code, string reason)
    {
        using var client = await fixture.OpenAsync();
        await client.ReadUntilAsync("session.created");
        await client.CloseAsync(code, reason);

        Assert.Equal((code, reason), ((int)client.Socket.CloseStatus!, client.Socket.CloseStatusDescription));
        var record = await fixture.RecordAsync(client);
        Assert.Equal(("closed_by_caller", code), (record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("session").GetProperty("close_code").GetInt32()));
    }

    [Theory]
    [InlineData(1000, "completed")]
    [InlineData(1008, "cut_by_upstream")]
    [InlineData(1011, "cut_by_upstream")]
    [InlineData(1012, "cut_by_upstream")]
    [InlineData(1013, "cut_by_upstream")]
    [InlineData(3000, "completed")]
    [InlineData(4002, "completed")]
    public async Task ProvidersClose_GoesThrough(int code, string outcome)
    {
        using var client = await fixture.OpenAsync($"a/m!end=2,close={code}");
        await client.ReadUntilAsync("session.created");
        await client.SayAsync("Hello");
        var (error, seen, reason) = await client.ReadToCloseAsync();

        Assert.Equal((null, code, "simulated"), (error, seen, reason));
        var record = await fixture.RecordAsync(client);
        Assert.Equal(("closed_by_provider", code, outcome), (record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("session").GetProperty("close_code").GetInt32(), record.GetProperty("outcome").GetString()));
    }

    private static long Tokens(JsonElement response, params string[] path) =>
        path.Aggregate(response.GetProperty("usage"), (element, name) => element.GetProperty(name)).GetInt64();

    private static decimal CostOf(JsonElement response)
    {
        var (text, audio) = (Tokens(response, "input_token_details", "text_tokens"), Tokens(response, "input_token_details", "audio_tokens"));
        var (cachedText, cachedAudio) = (Tokens(response, "input_token_details", "cached_tokens_details", "text_tokens"), Tokens(response, "input_token_details", "cached_tokens_details", "audio_tokens"));
        return ((text - cachedText) * 4m) + ((audio - cachedAudio) * 32m) + ((cachedText + cachedAudio) * 0.4m)
            + (Tokens(response, "output_token_details", "text_tokens") * 16m) + (Tokens(response, "output_token_details", "audio_tokens") * 64m);
    }
}
