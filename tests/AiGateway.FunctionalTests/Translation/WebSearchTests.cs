using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Translation;

/// <summary>Pins that a Chat caller's <c>web_search_options</c> becomes each provider's own search, and that its sources come back as <c>annotations</c>, whole and streamed.</summary>
[Collection(TranslationCollection.Name)]
public sealed class WebSearchTests(TranslationFixture fixture)
{
    private const string Options = """{"search_context_size":"low","user_location":{"type":"approximate","approximate":{"city":"Bern","country":"CH"}}}""";

    private const string Claude = """
        {"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://example.org/a","title":"A","encrypted_content":"x"}]},{"type":"text","text":"It rains.","citations":[{"type":"web_search_result_location","url":"https://example.org/a","title":"A","encrypted_index":"i","cited_text":"rain"}]}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":3,"server_tool_use":{"web_search_requests":1}}}
        """;

    private const string ClaudeEvents =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}\n\n"
        + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\",\"citations\":[]}}\n\n"
        + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"It rains.\"}}\n\n"
        + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"type\":\"web_search_result_location\",\"url\":\"https://example.org/a\",\"title\":\"A\",\"encrypted_index\":\"i\",\"cited_text\":\"rain\"}}}\n\n"
        + "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
        + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":3,\"server_tool_use\":{\"web_search_requests\":1}}}\n\n"
        + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    private const string Gemini = """{"candidates":[{"content":{"role":"model","parts":[{"text":"It rains."}]},"finishReason":"STOP","index":0,"groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[{"web":{"uri":"https://example.org/a","title":"A"}}],"groundingSupports":[{"segment":{"endIndex":9,"text":"It rains."},"groundingChunkIndices":[0]}]}}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3},"modelVersion":"gemini-x"}""";

    private const string Responses = """
        {"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","model":"gpt-x","output":[{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}},{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"It rains.","annotations":[{"type":"url_citation","start_index":0,"end_index":9,"url":"https://example.org/a","title":"A"}]}]}],"usage":{"input_tokens":12,"output_tokens":3,"total_tokens":15}}
        """;

    [Theory]
    [InlineData("anthropic", Claude, """{"type":"web_search_20250305","name":"web_search","user_location":{"type":"approximate","city":"Bern","country":"CH"}}""")]
    [InlineData("google", Gemini, """{"googleSearch":{}}""")]
    [InlineData("responses", Responses, """{"type":"web_search","search_context_size":"low","user_location":{"type":"approximate","city":"Bern","country":"CH"}}""")]
    public async Task Options_BecomeTheProvidersOwnSearch_AndItsSourcesAnnotations(string model, string upstream, string tool)
    {
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask(model, stream: false), UpstreamAnswer.Json(upstream));

        Assert.Equal(tool, Assert.Single(Sent().GetProperty("tools").EnumerateArray()).GetRawText());
        var message = JsonDocument.Parse(answer.Text).RootElement.GetProperty("choices")[0].GetProperty("message");
        Assert.Equal("It rains.", message.GetProperty("content").GetString());
        AssertSource(Assert.Single(message.GetProperty("annotations").EnumerateArray()));
    }

    [Theory]
    [InlineData("anthropic", ClaudeEvents)]
    [InlineData("google", "data: " + Gemini + "\r\n\r\n")]
    public async Task StreamedSources_AreAnnotationsToo(string model, string upstream)
    {
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask(model, stream: true), UpstreamAnswer.Events(upstream) with { Pieces = 100 });

        var deltas = answer.Text.Split("\n\n").Where(one => one.StartsWith("data: {", StringComparison.Ordinal))
            .SelectMany(one => JsonDocument.Parse(one["data: ".Length..]).RootElement.GetProperty("choices").EnumerateArray()).Select(choice => choice.GetProperty("delta"));
        AssertSource(Assert.Single(deltas.Where(delta => delta.TryGetProperty("annotations", out _)).SelectMany(delta => delta.GetProperty("annotations").EnumerateArray())));
    }

    [Theory]
    [InlineData("anthropic", Claude, "web_search_options.search_context_size")]
    [InlineData("google", Gemini, "~tools[0]")]
    public async Task WhatASearchCannotBeTold_IsNamed(string model, string upstream, string member)
    {
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask(model, stream: false), UpstreamAnswer.Json(upstream));

        Assert.Contains(member, answer.Header("x-gateway-dropped")!.Split(", "));
    }

    [Fact]
    public async Task SearchesAreCounted()
    {
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask("anthropic", stream: false), UpstreamAnswer.Json(Claude));

        Assert.Equal(1, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("web_searches").GetInt32());
    }

    private static void AssertSource(JsonElement annotation)
    {
        Assert.Equal("url_citation", annotation.GetProperty("type").GetString());
        var citation = annotation.GetProperty("url_citation");
        Assert.Equal(("https://example.org/a", "A"), (citation.GetProperty("url").GetString(), citation.GetProperty("title").GetString()));
    }

    private JsonElement Sent() => JsonDocument.Parse(Assert.Single(fixture.Upstream.Received).Body).RootElement;

    private static string Ask(string model, bool stream) =>
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"web_search_options":{{Options}},"messages":[{"role":"user","content":"Weather?"}]}""";
}
