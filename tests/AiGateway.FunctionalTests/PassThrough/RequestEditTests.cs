using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>Pins each row of the request's table in docs/features/pass-through.md, and that nothing else of a request is changed.</summary>
[Collection(PassThroughCollection.Name)]
public sealed class RequestEditTests(PassThroughFixture fixture)
{
    private const string Messages = """
        "messages":[{"role":"user","content":"Hello"}]
        """;

    // Everything that a careless reader and writer would change: blanks, escapes, numbers beyond a double, members nobody knows, null.
    private const string Peculiar = """
        { "metadata" : {"b":1,"a":null} ,
          "model"	:  "MODEL" , "x_unknown": [1e400, 0.10, 12345678901234567890, -0, {"deep":{"er":[[]]}}],
          "messages":[ {"role":"user","content":"h\u00e9 é \ud83d\ude42 🙂 \/ \"model\":\"chat\"","name":null,"x":{}} ],"seed":9007199254740993 ,"stream":false}
        """;

    private static readonly UpstreamAnswer Answer = UpstreamAnswer.Json(Bodies.Chat);
    private static readonly UpstreamAnswer Stream = UpstreamAnswer.Events(Bodies.ChatEvents);

    [Fact]
    public async Task AliasIsAnotherName_OnlyTheModelIsChanged()
    {
        fixture.Upstream.Answer = Answer;
        await fixture.PostAsync("/v1/chat/completions", Peculiar.Replace("MODEL", "chat", StringComparison.Ordinal));

        Assert.Equal(Peculiar.Replace("MODEL", PassThroughFixture.UpstreamModel, StringComparison.Ordinal), Assert.Single(fixture.Upstream.Received).Text);
    }

    [Fact]
    public async Task AliasIsTheUpstreamModel_NothingIsChanged()
    {
        fixture.Upstream.Answer = Answer;
        var body = Peculiar.Replace("MODEL", PassThroughFixture.UpstreamModel, StringComparison.Ordinal);
        await fixture.PostAsync("/v1/chat/completions", body);

        Assert.Equal(body, Assert.Single(fixture.Upstream.Received).Text);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/chat/completions")]
    [InlineData("/openai/v1/chat/completions")]
    [InlineData("/openai/deployments/chat/chat/completions?api-version=2024-02-01")]
    public async Task AnyLayout_ReachesTheSameAddress(string path)
    {
        fixture.Upstream.Answer = Answer;
        var answer = await fixture.PostAsync(path, "{\"model\":\"chat\"," + Messages + "}");

        Assert.Equal(200, answer.Status);
        Assert.Equal("/openai/chat/completions", Assert.Single(fixture.Upstream.Received).Target);
    }

    [Fact]
    public async Task AzureLayoutWithoutModel_ModelIsInserted()
    {
        fixture.Upstream.Answer = Answer;
        await fixture.PostAsync("/openai/deployments/chat/chat/completions?api-version=2024-10-21", "{ " + Messages + " }");

        Assert.Equal("{\"model\":\"" + PassThroughFixture.UpstreamModel + "\", " + Messages + " }", Assert.Single(fixture.Upstream.Received).Text);
    }

    [Fact]
    public async Task AzureProvider_GetsItsOwnLayout()
    {
        fixture.Upstream.Answer = Answer;
        await fixture.PostAsync("/v1/chat/completions", "{\"model\":\"in-azure\"," + Messages + "}");

        var received = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/azure/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21", received.Target);
        Assert.Equal("TEST_KEY", Assert.Single(received.Values("api-key")));
        Assert.Empty(received.Values("Authorization"));
    }

    [Fact]
    public async Task AzureProvider_GetsResponsesWithoutAVersion()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Response("resp_1"));
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"in-azure","input":"Hello"}""");

        Assert.Equal(200, answer.Status);
        // "api-version query parameter is not allowed when using /v1 path", says Azure of a dated one.
        Assert.Equal("/azure/openai/v1/responses", Assert.Single(fixture.Upstream.Received).Target);
    }

    [Theory]
    [InlineData("", """{"include_usage":true}""")]
    [InlineData(""","stream_options":null""", """{"include_usage":true}""")]
    [InlineData(""","stream_options":{}""", """{"include_usage":true}""")]
    [InlineData(""","stream_options": { } """, """{"include_usage":true}""")]
    [InlineData(""","stream_options":{"include_usage":false}""", """{"include_usage":true}""")]
    [InlineData(""","stream_options":{"include_usage":null}""", """{"include_usage":true}""")]
    [InlineData(""","stream_options":{ "include_obfuscation" : false, "include_usage" : false }""", """{"include_obfuscation":false,"include_usage":true}""")]
    [InlineData(""","stream_options":{"include_obfuscation":false}""", """{"include_obfuscation":false,"include_usage":true}""")]
    public async Task StreamWhoseCallerDidNotAskForUsage_AsksForIt_AndHidesIt(string members, string expected)
    {
        var answer = await fixture.ChatAsync(Stream, members: members);

        var sent = JsonDocument.Parse(Assert.Single(fixture.Upstream.Received).Body).RootElement;
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, sent.GetProperty("stream_options")), sent.ToString());
        Assert.Equal(4, sent.EnumerateObject().Count());
        Assert.DoesNotContain("usage", answer.Text, StringComparison.Ordinal);
        Assert.Equal(7, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("input_tokens").GetInt64());
    }

    [Fact]
    public async Task StreamWhoseCallerAskedForUsage_IsUntouchedBothWays_ButForItsCost()
    {
        const string Options = """,  "stream_options" : {"include_usage":true, "x":1}""";
        var answer = await fixture.ChatAsync(Stream, PassThroughFixture.UpstreamModel, Options);

        Assert.EndsWith(Options + "}", Assert.Single(fixture.Upstream.Received).Text, StringComparison.Ordinal);
        Assert.Equal(Bodies.ChatEvents, ExpectedAnswer.WithoutCost(answer.Text, Bodies.ChatEvents));
    }

    [Theory]
    [InlineData("mistral/any", "/v1/chat/completions", ""","stream":true""")]
    [InlineData("openai/any", "/v1/chat/completions", ""","stream":false""")]
    [InlineData("openai/any", "/v1/chat/completions", "")]
    public async Task ProviderWithoutTheOptionOrNoStream_IsNotAskedForUsage(string model, string path, string members)
    {
        fixture.Upstream.Answer = members.Contains("true", StringComparison.Ordinal) ? Stream : Answer;
        await fixture.PostAsync(path, "{\"model\":\"" + model + "\"," + Messages + members + "}");

        Assert.Equal("{\"model\":\"any\"," + Messages + members + "}", Assert.Single(fixture.Upstream.Received).Text);
    }

    [Fact]
    public async Task ResponsesStream_IsNotAskedForUsage()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Events(Bodies.ResponseEvents("resp_1"));
        await fixture.PostAsync("/v1/responses", """{"model":"openai/any","input":"Hello","stream":true}""");

        Assert.Equal("""{"model":"any","input":"Hello","stream":true}""", Assert.Single(fixture.Upstream.Received).Text);
    }

    [Fact]
    public async Task TextCompletionStream_IsAskedForUsage()
    {
        fixture.Upstream.Answer = Stream;
        await fixture.PostAsync("/v1/completions", """{"model":"openai/any","prompt":"Hello","stream":true}""");

        var sent = JsonDocument.Parse(Assert.Single(fixture.Upstream.Received).Body).RootElement;
        Assert.True(sent.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
    }

    [Fact]
    public async Task PreviousResponse_GoesOnUnderTheProvidersOwnId()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Response("resp_provider_1"));
        var first = await fixture.PostAsync("/v1/responses", """{"model":"chat","input":"Hello"}""");
        var ownId = JsonDocument.Parse(first.Body).RootElement.GetProperty("id").GetString()!;
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Response("resp_provider_2", "resp_provider_1"));
        var second = await fixture.PostAsync("/v1/responses", $$"""{"input":"And?" , "previous_response_id": "{{ownId}}","model":"chat", "x":1}""");

        Assert.Equal(200, second.Status);
        Assert.Equal(
            $$"""{"input":"And?" , "previous_response_id": "resp_provider_1","model":"{{PassThroughFixture.UpstreamModel}}", "x":1}""",
            Assert.Single(fixture.Upstream.Received).Text);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task CompressedRequest_GoesOnPlain(string encoding)
    {
        fixture.Upstream.Answer = Answer;
        using var packed = new MemoryStream();
        await using (var stream = UpstreamAnswer.Compressor(encoding, packed))
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Peculiar.Replace("MODEL", "chat", StringComparison.Ordinal)));
        var answer = await fixture.PostAsync("/v1/chat/completions", packed.ToArray(), "application/json", ("Content-Encoding", encoding));

        Assert.Equal(200, answer.Status);
        var received = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(Peculiar.Replace("MODEL", PassThroughFixture.UpstreamModel, StringComparison.Ordinal), received.Text);
        Assert.Empty(received.Values("Content-Encoding"));
        Assert.Equal(received.Body.Length.ToString(), Assert.Single(received.Values("Content-Length")));
    }

    [Fact]
    public async Task LargePrompt_ArrivesByteForByte()
    {
        fixture.Upstream.Answer = Answer;
        var prompt = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i:x4} é\\n,"));
        var body = $$"""{"messages":[{"role":"user","content":"{{prompt}}"}],"model":"chat"}""";
        Assert.True(body.Length > 300_000);
        var answer = await fixture.PostAsync("/v1/chat/completions", body);

        Assert.Equal(200, answer.Status);
        Assert.Equal(body.Replace("\"chat\"", $"\"{PassThroughFixture.UpstreamModel}\"", StringComparison.Ordinal), Assert.Single(fixture.Upstream.Received).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_OnlyTheModelFieldIsChanged(bool modelFirst)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"text":"Hello"}""");
        var file = new byte[1_500_000];
        new Random(7).NextBytes(file);
        var answer = await fixture.PostAsync("/v1/audio/transcriptions", Form("chat"), "multipart/form-data; boundary=xyz");

        Assert.Equal(200, answer.Status);
        var received = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("multipart/form-data; boundary=xyz", Assert.Single(received.Values("Content-Type")));
        Assert.True(received.Body.AsSpan().SequenceEqual(Form(PassThroughFixture.UpstreamModel)));

        byte[] Form(string model)
        {
            var name = Encoding.ASCII.GetBytes($"--xyz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n");
            byte[] sound = [.. "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n"u8, .. file, .. "\r\n"u8];
            return [.. modelFirst ? name : sound, .. modelFirst ? sound : name, .. "--xyz--\r\n"u8];
        }
    }
}
