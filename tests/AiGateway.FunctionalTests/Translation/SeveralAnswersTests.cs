using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.FunctionalTests.Translation;

/// <summary>Pins <c>n</c> above 1 at models that give one answer: as many calls, one answer with as many choices, all or nothing.</summary>
[Collection(TranslationCollection.Name)]
public sealed class SeveralAnswersTests(TranslationFixture fixture) : IDisposable
{
    private int _calls;

    public void Dispose()
    {
        fixture.Upstream.Respond = null;
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("anthropic", false)]
    [InlineData("anthropic", true)]
    [InlineData("profile", false)]
    [InlineData("profile", true)]
    public async Task ChatCaller_GetsAsManyChoices_EachWithItsIndex(string model, bool stream)
    {
        fixture.Upstream.Respond = _ => Answer(model, stream, Interlocked.Increment(ref _calls));
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask(model, 3, stream), new UpstreamAnswer());

        Assert.False(answer.IsBroken, answer.Text);
        var response = Read(OpenAIChatCodec.Instance, answer, stream);
        Assert.Equal([0, 1, 2], response.Candidates.Select(choice => choice.Index).Order());
        Assert.Equal(["Hello there 1", "Hello there 2", "Hello there 3"], response.Candidates.Select(TextOf).Order(StringComparer.Ordinal));
        Assert.All(response.Candidates, choice => Assert.Equal(FinishReason.Stop, choice.Finish));
        // 10 and 2 cached, and 3 out, three times.
        Assert.Equal((36, 6, 9), (response.Usage!.InputTokens, response.Usage.CachedInputTokens, response.Usage.OutputTokens));
        Assert.DoesNotContain(fixture.Upstream.Received, sent => sent.Text.Contains("\"n\"", StringComparison.Ordinal));
        Assert.Equal(3, fixture.Upstream.Received.Count);
        Assert.Null(answer.Header("x-gateway-dropped"));
        var record = await fixture.RecordAsync(answer);
        Assert.Equal((36, 9), (record.GetProperty("usage").GetProperty("input_tokens").GetInt32(), record.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        Assert.Equal(3, Assert.Single(record.GetProperty("attempts").EnumerateArray()).GetProperty("calls").GetInt32());
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GeminiCaller_GetsAsManyCandidates(bool stream)
    {
        fixture.Upstream.Respond = _ => Answer("anthropic", stream, Interlocked.Increment(ref _calls));
        var answer = await fixture.PostAsync(
            $"/v1beta/models/anthropic:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}", """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"candidateCount":2}}""", new UpstreamAnswer());

        var response = Read(GeminiCodec.Instance, answer, stream);
        Assert.Equal(["Hello there 1", "Hello there 2"], response.Candidates.Select(TextOf).Order(StringComparer.Ordinal));
        Assert.Equal(24, response.Usage!.InputTokens);
    }

    [Fact]
    public async Task GeminiOfTheSecondGeneration_IsAskedOnce_TheThirdSeveralTimes()
    {
        fixture.Upstream.Respond = sent => UpstreamAnswer.Json(sent.Text.Contains("candidateCount", StringComparison.Ordinal)
            ? """{"candidates":[{"content":{"role":"model","parts":[{"text":"a"}]},"finishReason":"STOP","index":0},{"content":{"role":"model","parts":[{"text":"b"}]},"finishReason":"STOP","index":1}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3}}"""
            : Wire.GeminiAnswer);
        var second = await fixture.PostAsync("/v1/chat/completions", Ask("gemini-2", 2, stream: false), new UpstreamAnswer());
        Assert.Equal(2, Read(OpenAIChatCodec.Instance, second, stream: false).Candidates.Count);
        Assert.Single(fixture.Upstream.Received);

        var third = await fixture.PostAsync("/v1/chat/completions", Ask("gemini-3", 2, stream: false), new UpstreamAnswer());
        Assert.Equal(2, Read(OpenAIChatCodec.Instance, third, stream: false).Candidates.Count);
        Assert.Equal(2, fixture.Upstream.Received.Count);
    }

    [Fact]
    public async Task MoreThanTheAliasGrants_AreRefused_WithTheMember()
    {
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask("anthropic", 9, stream: false), new UpstreamAnswer());

        Assert.Equal(400, answer.Status);
        Assert.Equal("n", JsonDocument.Parse(answer.Text).RootElement.GetProperty("error").GetProperty("param").GetString());
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OneCallThatFails_FailsTheAttempt_AndAnotherDeploymentAnswers(bool stream)
    {
        fixture.Upstream.Respond = _ => Interlocked.Increment(ref _calls) == 2
            ? UpstreamAnswer.Json("""{"type":"error","error":{"type":"api_error","message":"Broken"}}""", 500) : Answer("anthropic", stream, 1);
        fixture.Second.Answer = stream ? UpstreamAnswer.Events("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n") : UpstreamAnswer.Json(Wire.OpenAIAnswer);
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask("two", 3, stream), new UpstreamAnswer());

        Assert.Equal(200, answer.Status);
        Assert.Equal("second", answer.Header("x-gateway-deployment"));
        Assert.Contains("\"n\":3", Assert.Single(fixture.Second.Received).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneStreamThatBreaksAfterContent_EndsTheAnswerWithAnError()
    {
        fixture.Upstream.Respond = _ => Interlocked.Increment(ref _calls) == 2
            ? UpstreamAnswer.Events(Wire.AnthropicStart) with { Reset = true, WaitsForCommit = false } : Answer("anthropic", stream: true, 1);
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask("anthropic", 2, stream: true), new UpstreamAnswer());

        Assert.True(answer.IsBroken);
        Assert.Contains("\"error\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", answer.Text, StringComparison.Ordinal);
        Assert.Equal("cut_by_upstream", (await fixture.RecordAsync(answer)).GetProperty("outcome").GetString());
    }

    private static string Ask(string model, int choices, bool stream) =>
        $$"""{"model":"{{model}}","n":{{choices}}{{(stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "")}},"messages":[{"role":"user","content":"Hi"}]}""";

    private static UpstreamAnswer Answer(string model, bool stream, int number)
    {
        if (!stream)
            return UpstreamAnswer.Json(Wire.AnthropicAnswer.Replace("Hello there", $"Hello there {number}", StringComparison.Ordinal));
        var events = (Wire.AnthropicStart + Wire.AnthropicRest).Replace("\" there\"", $"\" there {number}\"", StringComparison.Ordinal);
        return model == "profile" ? CloudMessagesTests.Frames(events) with { Pieces = 100 } : UpstreamAnswer.Events(events) with { Pieces = 100 };
    }

    private static string TextOf(ChatCandidate candidate) => string.Concat(candidate.Parts.OfType<TextPart>().Select(part => part.Text));

    private static ChatResponse Read(ChatCodec codec, ReceivedAnswer answer, bool stream)
    {
        if (!stream)
            return codec.ReadResponse(answer.Body);
        var (decoder, chat) = (codec.CreateDecoder(), new ChatStream(codec.Dialect));
        var (steps, ordered) = (new List<ChatEvent>(), new List<ChatEvent>());
        for (var position = 0; position < answer.Body.Length;)
        {
            var scanned = 0;
            var length = EventFraming.FindEnd(codec.Framing, answer.Body.AsSpan(position), ref scanned);
            Assert.True(length > 0);
            decoder.Decode(answer.Body.AsSpan(position, length), steps);
            position += length;
        }
        foreach (var step in steps)
            chat.Push(step, ordered);
        chat.Complete(ordered);
        Assert.True(decoder.IsComplete);
        return chat.Response;
    }
}
