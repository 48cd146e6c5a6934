using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.OpenAI;

/// <summary>Pins what is read off whole answers.</summary>
public sealed class ResponseInspectorTests
{
    [Fact]
    public void ChatAnswer_GivesItsFacts()
    {
        var facts = Inspect(Operation.ChatCompletions, """{"id":"chatcmpl-1","model":"gpt-x-2026","service_tier":"priority","choices":[{"index":0,"message":{"role":"assistant","content":"Hi."},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}""");

        Assert.True(facts.IsJson && facts.IsObject && facts.HasAnswer);
        Assert.Equal("gpt-x-2026", facts.Model);
        Assert.Equal("priority", facts.ServiceTier);
        Assert.Equal("stop", facts.FinishReason);
        Assert.Empty(facts.Edits);
        Assert.Null(facts.Error);
        Assert.False(facts.ResponseIdValue.Exists);
        Assert.Equal(new Usage { InputTokens = 3, OutputTokens = 2 }, facts.Usage);
        Assert.Equal(0, facts.EstimatedOutputTokens);
    }

    [Fact]
    public void AnswerWithoutUsage_IsEstimated()
    {
        var facts = Inspect(Operation.ChatCompletions, """{"choices":[{"message":{"content":"The capital of France is Paris."},"finish_reason":"stop"}]}""");

        Assert.Null(facts.Usage);
        Assert.InRange(facts.EstimatedOutputTokens, 7, 9);
    }

    [Theory]
    [InlineData("end_turn", "[]", "\"stop\"")]
    [InlineData("MAX_TOKENS", "[]", "\"length\"")]
    [InlineData("", "[]", "\"stop\"")]
    [InlineData("", "[{\"id\":\"a\"}]", "\"tool_calls\"")]
    [InlineData("tool_use", "[{\"id\":\"a\"}]", "\"tool_calls\"")]
    public void OddFinishReason_IsMapped(string reason, string calls, string replacement)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"choices":[{"finish_reason":"{{reason}}","message":{"tool_calls":{{calls}} } }]}""");
        var facts = ResponseInspector.Inspect(Operation.ChatCompletions, body, UsageRules.OpenAI);

        var edit = Assert.Single(facts.Edits);
        Assert.Equal($"\"{reason}\"", Encoding.UTF8.GetString(edit.Range.Of(body)));
        Assert.Equal(replacement, Encoding.UTF8.GetString(edit.Replacement.Span));
    }

    [Fact]
    public void Response_GivesIdsAndStatus()
    {
        var body = """{"id":"resp_1","object":"response","status":"incomplete","incomplete_details":{"reason":"content_filter"},"error":null,"previous_response_id":"resp_0","output":[],"text":{"format":{"type":"text"}},"usage":null}"""u8;
        var facts = ResponseInspector.Inspect(Operation.Responses, body, UsageRules.OpenAI);

        Assert.Equal("\"resp_1\"", Encoding.UTF8.GetString(facts.ResponseIdValue.Of(body)));
        Assert.Equal("\"resp_0\"", Encoding.UTF8.GetString(facts.PreviousResponseIdValue.Of(body)));
        Assert.Equal("content_filter", facts.FinishReason);
        Assert.True(facts.HasAnswer);
        Assert.Null(facts.Error);
    }

    [Theory]
    [InlineData("""{"error":{"message":"no capacity","type":"overloaded_error"}}""", "no capacity")]
    [InlineData("""{"error":"broken"}""", "broken")]
    [InlineData("""{"object":"error","message":"bad","code":400}""", "bad")]
    [InlineData("""{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"failed"},"output":[]}""", "failed")]
    public void ErrorIn200_IsSeen(string body, string message)
    {
        Assert.Equal(message, Inspect(Operation.Responses, body).Error?.Message);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("oops", false)]
    [InlineData("{\"choices\":[{", false)]
    [InlineData("{} trailing", false)]
    [InlineData("[1,2]", true)]
    [InlineData("\"text\"", true)]
    [InlineData(" {\"a\":1} \n", true)]
    public void NotAnObject_IsSaidSo(string body, bool isJson)
    {
        var facts = Inspect(Operation.ChatCompletions, body);

        Assert.Equal(isJson, facts.IsJson);
        Assert.Equal(isJson && body.Contains('{', StringComparison.Ordinal), facts.IsObject);
    }

    [Theory]
    [InlineData(Operation.ImageGenerations, """{"created":1,"data":[{"b64_json":"AA"},{"b64_json":"AA"}]}""", 2)]
    [InlineData(Operation.Embeddings, """{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":1,"total_tokens":1}}""", 0)]
    public void Images_AreCountedWhereTheyAreAsked(Operation operation, string body, int images)
    {
        Assert.Equal(images, Inspect(operation, body).Usage?.Images);
    }

    [Fact]
    public void CohereRerank_GivesSearchUnits()
    {
        var facts = Inspect(Operation.Rerank, """{"id":"x","results":[{"index":0,"relevance_score":0.9}],"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1}}}""");

        Assert.Equal(new Usage { SearchUnits = 1 }, facts.Usage);
        Assert.True(facts.HasAnswer);
    }

    [Theory]
    [InlineData("""{"results":[],"usage":{"prompt_tokens":3,"total_tokens":3},"meta":{"billed_units":{"search_units":2}}}""")]
    [InlineData("""{"meta":{"billed_units":{"search_units":2}},"results":[],"usage":{"prompt_tokens":3,"total_tokens":3}}""")]
    public void Rerank_WithTokensAndSearchUnits_GivesBoth(string body)
    {
        Assert.Equal(new Usage { InputTokens = 3, SearchUnits = 2 }, Inspect(Operation.Rerank, body).Usage);
    }

    [Fact]
    public void LargeBody_GivesTheSameAsAWholeOneInEverySplit()
    {
        var body = Encoding.UTF8.GetBytes("""
            {"id" : "resp_1", "object":"response","previous_response_id":"resp_0","esc\"aped":"a\\","output":[{"a":"]}\"","b":[{}]},{}],
             "usage":{"input_tokens":5,"output_tokens":6},"model":"m","service_tier":"flex","status":"completed","n":-1.5e3,"t":true,"error":null}
            """);
        var whole = ResponseInspector.Inspect(Operation.Responses, body, UsageRules.OpenAI);

        for (var first = 0; first <= body.Length; first++)
        {
            var inspector = new LargeBodyInspector(Operation.Responses, UsageRules.OpenAI);
            inspector.Append(body.AsSpan(0, first));
            inspector.Append(body.AsSpan(first));
            var facts = inspector.Finish();

            Assert.True(inspector.IsComplete);
            Assert.Equal(
                (whole.Usage, whole.Model, whole.ServiceTier, whole.FinishReason, whole.HasAnswer, whole.ResponseIdValue, whole.PreviousResponseIdValue),
                (facts.Usage, facts.Model, facts.ServiceTier, facts.FinishReason, facts.HasAnswer, facts.ResponseIdValue, facts.PreviousResponseIdValue));
        }
    }

    [Fact]
    public void LargeBodyCutAnywhere_IsNotComplete()
    {
        var body = """{"data":[{"a":"}"}],"usage":{"prompt_tokens":1,"total_tokens":1}}"""u8;
        for (var length = 0; length < body.Length; length++)
        {
            var inspector = new LargeBodyInspector(Operation.Embeddings, UsageRules.OpenAI);
            inspector.Append(body[..length]);
            Assert.False(inspector.IsComplete);
            Assert.False(inspector.Finish().IsJson);
        }
    }

    [Fact]
    public void HugeMember_IsNotKept()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"{{new string('m', 70_000)}}","usage":{"prompt_tokens":7} }""");
        var inspector = new LargeBodyInspector(Operation.Embeddings, UsageRules.OpenAI);
        for (var at = 0; at < body.Length; at += 1000)
            inspector.Append(body.AsSpan(at, Math.Min(1000, body.Length - at)));
        var facts = inspector.Finish();

        Assert.True(inspector.IsComplete);
        Assert.Null(facts.Model);
        Assert.Equal(7, facts.Usage?.InputTokens);
    }

    private static ResponseFacts Inspect(Operation operation, string body) => ResponseInspector.Inspect(operation, Encoding.UTF8.GetBytes(body), UsageRules.OpenAI);
}
