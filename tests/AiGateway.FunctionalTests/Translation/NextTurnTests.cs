using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded.Matrix;
using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Translation;

/// <summary>Pins that what a provider signed comes back to it with the next turn, whatever dialect the client speaks: it sends its answer back as it got it.</summary>
[Collection(TranslationCollection.Name)]
public sealed class NextTurnTests(TranslationFixture fixture)
{
    public static TheoryData<Dialect, bool> Clients()
    {
        var data = new TheoryData<Dialect, bool>();
        foreach (var client in (Dialect[])[Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Anthropic])
        {
            data.Add(client, false);
            data.Add(client, true);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task SignatureOnGeminisText_ComesBackOnTheText(Dialect client, bool stream)
    {
        const string Parts = """[{"text":"Hello there","thoughtSignature":"c2ln"}]""";
        var sent = await NextAsync(client, stream, "google", Gemini(Parts, stream));

        Assert.Equal(Parts, sent.GetProperty("contents")[1].GetProperty("parts").GetRawText());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task SignatureOnAnEmptyText_ComesBackOnOne_BesideASignedCall(Dialect client, bool stream)
    {
        const string Parts = """[{"functionCall":{"id":"c1","name":"f","args":{}},"thoughtSignature":"Y2FsbA=="},{"text":"","thoughtSignature":"c2ln"}]""";
        var sent = await NextAsync(client, stream, "google", Gemini(Parts, stream));

        var parts = sent.GetProperty("contents")[1].GetProperty("parts").EnumerateArray().ToList();
        Assert.Contains(parts, part => part.TryGetProperty("functionCall", out _) && part.GetProperty("thoughtSignature").GetString() == "Y2FsbA==");
        Assert.Contains(parts, part => part.TryGetProperty("text", out var text) && text.GetString()!.Length == 0 && part.GetProperty("thoughtSignature").GetString() == "c2ln");
    }

    [Theory]
    [InlineData(Dialect.OpenAIResponses)]
    [InlineData(Dialect.Anthropic)]
    [InlineData(Dialect.Gemini)]
    public async Task ReasoningDetailsOfOpenRouter_ComeBack(Dialect client)
    {
        var answer = Wire.OpenAIAnswer.Replace("\"content\":\"Hello there\"", """ "content":"Hello there","reasoning":"Hm.","reasoning_details":[{"type":"reasoning.text","text":"Hm.","signature":"c2lnbmVk","format":"anthropic-claude-v1","index":0}] """, StringComparison.Ordinal);
        var sent = await NextAsync(client, stream: false, "openrouter", UpstreamAnswer.Json(answer));

        var detail = Assert.Single(sent.GetProperty("messages")[1].GetProperty("reasoning_details").EnumerateArray());
        Assert.Equal(("c2lnbmVk", "anthropic-claude-v1", "Hm."), (detail.GetProperty("signature").GetString(), detail.GetProperty("format").GetString(), detail.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task SignaturesOfOthers_DoNotReachAProviderThatKnowsNoDetails()
    {
        await fixture.PostAsync(
            "/v1/messages", """{"model":"openai","max_tokens":9,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"c2lnbmVk"},{"type":"text","text":"Hello"}]},{"role":"user","content":"Again"}]}""",
            UpstreamAnswer.Json(Wire.OpenAIAnswer));

        Assert.DoesNotContain("c2lnbmVk", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
    }

    private async Task<JsonElement> NextAsync(Dialect client, bool stream, string model, UpstreamAnswer upstream)
    {
        const string User = """{"role":"user","content":"Hi"}""";
        var more = stream ? ",\"stream\":true" : "";
        var (path, ask) = client switch
        {
            Dialect.OpenAIChat => ("/v1/chat/completions", $$"""{"model":"{{model}}"{{more}},"messages":[{{User}}]}"""),
            Dialect.OpenAIResponses => ("/v1/responses", $$"""{"model":"{{model}}"{{more}},"input":[{{User}}]}"""),
            Dialect.Anthropic => ("/v1/messages", $$"""{"model":"{{model}}","max_tokens":9{{more}},"messages":[{{User}}]}"""),
            _ => ($"/v1beta/models/{model}:generateContent", """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"""),
        };
        var answer = await fixture.PostAsync(path, ask, upstream);
        Assert.Equal(200, answer.Status);
        await fixture.PostAsync(path, MatrixMemory.NextRequest(client, answer.Text, stream, model).ToJsonString(), upstream);
        return JsonDocument.Parse(Assert.Single(fixture.Upstream.Received).Body).RootElement;
    }

    private static UpstreamAnswer Gemini(string parts, bool stream)
    {
        var body = $$"""{"candidates":[{"content":{"role":"model","parts":{{parts}}},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3},"modelVersion":"gemini-x"}""";
        return stream ? UpstreamAnswer.Events($"data: {body}\r\n\r\n") : UpstreamAnswer.Json(body);
    }
}
