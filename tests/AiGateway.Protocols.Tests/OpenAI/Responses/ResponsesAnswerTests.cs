using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

public sealed class ResponsesAnswerTests
{
    private const string Whole = """
        {"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","model":"gpt-5","error":null,"incomplete_details":null,"instructions":null,
         "output":[
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"A."},{"type":"summary_text","text":"B."}],"encrypted_content":"gAAA"},
          {"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}},
          {"type":"message","id":"msg_1","role":"assistant","status":"completed","phase":"commentary","content":[{"type":"output_text","text":"Yes.","annotations":[{"type":"url_citation","url":"https://x","title":"X","start_index":0,"end_index":4}],"logprobs":[{"token":"Yes.","logprob":-0.5,"bytes":[89,101,115,46],"top_logprobs":[]}]},{"type":"refusal","refusal":"No."}]},
          {"type":"message","id":"msg_2","role":"assistant","status":"completed","content":[{"type":"output_text","text":"More.","annotations":[]}]},
          {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}","status":"completed"}],
         "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":3,"cache_write_tokens_details":{"ttl_30m_tokens":1,"ttl_12h_tokens":2}},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":15,"new":1},
         "tool_usage":{"web_search":{"num_requests":1}},"tools":[],"service_tier":"default"}
        """;

    [Fact]
    public void OwnAnswer_LosesNothing()
    {
        var translation = new Translation();

        Assert.Null(JsonDifference.Find(JsonDocument.Parse(Whole).RootElement, Codec.Write(Codec.Response(Whole), translation: translation)));
        Assert.Empty(translation.Losses);
    }

    [Fact]
    public void OwnAnswer_IsRead()
    {
        var response = Codec.Response(Whole);
        var candidate = Assert.Single(response.Candidates);

        Assert.Equal(FinishReason.ToolCalls, candidate.Finish);
        Assert.Equal(new Usage { InputTokens = 10, CachedInputTokens = 4, CacheWriteTokens = 1, CacheWrite12hTokens = 2, OutputTokens = 5, ReasoningTokens = 2, WebSearches = 1 }, response.Usage);
        Assert.Equal("https://x", Assert.Single(candidate.Parts.OfType<TextPart>().First().Citations!).Url);
        Assert.Equal(-0.5, Assert.Single(candidate.Logprobs!).Logprob);
        Assert.Equal("A.\n\nB.", Assert.IsType<ThinkingPart>(candidate.Parts[0]).Text);
        Assert.IsType<OpaquePart>(candidate.Parts[1]);
        Assert.Null(response.Extensions);
    }

    [Fact]
    public void ChangedText_IsWrittenAsItIsNow()
    {
        var response = Codec.Response(Whole);
        ((ThinkingPart)response.Candidates[0].Parts[0]).Text = "[removed]";
        response.Usage = response.Usage! with { InputTokens = 11 };

        var written = Codec.Write(response);

        Assert.Equal("[removed]", Assert.Single(written.GetProperty("output")[0].GetProperty("summary").EnumerateArray()).GetProperty("text").GetString());
        Assert.Equal(11, written.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        Assert.Equal(2, written.GetProperty("usage").GetProperty("input_tokens_details").GetProperty("cache_write_tokens_details").GetProperty("ttl_12h_tokens").GetInt32());
    }

    [Theory]
    [InlineData("completed", "null", FinishReason.Stop)]
    [InlineData("incomplete", """{"reason":"max_output_tokens"}""", FinishReason.Length)]
    [InlineData("incomplete", """{"reason":"content_filter"}""", FinishReason.ContentFilter)]
    [InlineData("failed", "null", FinishReason.Error)]
    [InlineData("queued", "null", FinishReason.Unknown)]
    public void Status_IsTheFinishReason(string status, string details, FinishReason expected)
    {
        var response = Codec.Response($$"""{"status":"{{status}}","incomplete_details":{{details}},"output":[]}""");

        Assert.Equal(expected, response.Candidates[0].Finish);
        Assert.Equal(status, Codec.Write(response).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("""{"error":{"message":"no"}}""")]
    [InlineData("""{"choices":[]}""")]
    [InlineData("null")]
    public void NoAnswer_IsRefused(string body) => Assert.Throws<ChatFormatException>(() => Codec.Response(body));

    [Fact]
    public void ForeignAnswer_RepeatsTheRequest()
    {
        var request = Codec.Request("""{"model":"m","instructions":"Be brief.","input":"Hi","tools":[{"type":"function","name":"f","parameters":{},"strict":true}],"tool_choice":"required","temperature":0.3,"metadata":{"a":"b"},"text":{"format":{"type":"json_schema","name":"n","schema":{},"strict":true}},"reasoning":{"effort":"high"},"prompt_cache_key":"k"}""");
        var response = new ChatResponse { Source = Dialect.Anthropic, Id = "msg_01", Model = "claude", Created = 5, Usage = new Usage { InputTokens = 7, CachedInputTokens = 3, OutputTokens = 2 } };
        var candidate = new ChatCandidate { Finish = FinishReason.Length };
        candidate.Parts.Add(new ThinkingPart { Text = "Hm.", Signature = "EqQB" });
        candidate.Parts.Add(new TextPart("One"));
        candidate.Parts.Add(new TextPart("Two") { Citations = [new ChatCitation { Url = "https://x", Native = JsonValue.Parse("{}") }, new ChatCitation { Title = "doc" }] });
        candidate.Parts.Add(new ToolCallPart { Id = "toolu_1", Name = "f" });
        candidate.Parts.Add(new OpaquePart(Dialect.Anthropic, "server_tool_use", JsonValue.Parse("{}")));
        response.Candidates.Add(candidate);
        var translation = new Translation();

        var written = Codec.Write(response, request, translation);

        Assert.Equal("resp_msg_01", written.GetProperty("id").GetString());
        Assert.Equal("incomplete", written.GetProperty("status").GetString());
        Assert.Equal("max_output_tokens", written.GetProperty("incomplete_details").GetProperty("reason").GetString());
        Assert.Equal("Be brief.", written.GetProperty("instructions").GetString());
        Assert.Equal("required", written.GetProperty("tool_choice").GetString());
        Assert.Equal("f", written.GetProperty("tools")[0].GetProperty("name").GetString());
        Assert.Equal("k", written.GetProperty("prompt_cache_key").GetString());
        Assert.Equal("high", written.GetProperty("reasoning").GetProperty("effort").GetString());
        Assert.Equal(9, written.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        var output = written.GetProperty("output").EnumerateArray().ToList();
        Assert.Equal(["reasoning", "message", "function_call"], output.Select(static i => i.GetProperty("type").GetString()));
        Assert.Equal(2, output[1].GetProperty("content").GetArrayLength());
        Assert.Single(output[1].GetProperty("content")[1].GetProperty("annotations").EnumerateArray());
        Assert.Equal("{}", output[2].GetProperty("arguments").GetString());
        Assert.Equal(["choices[0].content[2].citations", "choices[0].content[4]"], translation.Losses.Select(static l => l.Path));

        // Next turn: the client brings the thoughts back, and their owner gets its signature.
        var next = Codec.Request($$"""{"input":[{{output[0].GetRawText()}}]}""");
        var thinking = Assert.IsType<ThinkingPart>(next.Messages[0].Parts[0]);
        Assert.Equal((Dialect.Anthropic, "EqQB", "Hm."), (thinking.SignedBy!.Value, thinking.Signature, thinking.Text));
    }
}
