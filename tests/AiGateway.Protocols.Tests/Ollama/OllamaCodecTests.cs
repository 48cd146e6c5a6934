using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Ollama;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Tests.Cohere;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Ollama;

public sealed class OllamaCodecTests
{
    private const string OwnRequest = """
        {"model":"m","stream":true,"messages":[
          {"role":"system","content":"Be short."},
          {"role":"user","content":"See","images":["iVBORw0KGgo="]},
          {"role":"assistant","content":"","thinking":"Hm","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"id":"call_2","function":{"name":"g","arguments":{}}}]},
          {"role":"tool","content":"20","tool_name":"f"},{"role":"tool","content":"21","tool_name":"g","tool_call_id":"call_2"}],
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}}],
         "format":{"type":"object"},"think":"high","keep_alive":"5m","logprobs":true,"top_logprobs":2,"truncate":true,
         "options":{"temperature":0.5,"top_p":0.9,"top_k":5,"seed":1,"num_predict":9,"stop":["x"],"frequency_penalty":0.1,"presence_penalty":0.2,"num_ctx":4096,"mirostat":1}}
        """;

    private const string OwnAnswer = """
        {"model":"m","created_at":"2026-01-02T03:04:05.678Z","message":{"role":"assistant","content":"Hi","thinking":"Hm","tool_calls":[{"function":{"name":"f","arguments":{"a":[1,2]}}}]},
         "done_reason":"stop","done":true,"total_duration":5,"load_duration":1,"prompt_eval_count":3,"prompt_eval_duration":1,"eval_count":4,"eval_duration":2,
         "logprobs":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[{"token":"Ho","logprob":-1.5}]}]}
        """;

    private const string OwnStream = """
        {"model":"m","created_at":"2026-01-02T03:04:05.1Z","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}
        {"model":"m","created_at":"2026-01-02T03:04:05.2Z","message":{"role":"assistant","content":"Wo"},"done":false}
        {"model":"m","created_at":"2026-01-02T03:04:05.3Z","message":{"role":"assistant","content":"rds"},"done":false}
        {"model":"m","created_at":"2026-01-02T03:04:05.4Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}},{"function":{"name":"f","arguments":{"a":2}}}]},"done":false}

        {"model":"m","created_at":"2026-01-02T03:04:05.5Z","message":{"role":"assistant","content":""},"done_reason":"stop","done":true,"prompt_eval_count":11,"eval_count":6}

        """;

    private static readonly OllamaCodec Codec = OllamaCodec.Instance;

    [Fact]
    public void OwnRequest_ComesBackWhole()
    {
        var translation = new Translation();
        var request = Codec.ReadRequest(Encoding.UTF8.GetBytes(OwnRequest));
        var written = CodecRun.Request(Codec, request, translation);

        Assert.True(RecordedFile.AreSame(Encoding.UTF8.GetBytes(OwnRequest), written), Encoding.UTF8.GetString(written));
        Assert.Empty(translation.Losses);
        Assert.Equal("image/png", request.Messages[1].Parts.OfType<MediaPart>().Single().MediaType);
        Assert.Equal(9, request.MaxOutputTokens);
    }

    [Fact]
    public void OwnAnswer_ComesBackWhole()
    {
        var response = Codec.ReadResponse(Encoding.UTF8.GetBytes(OwnAnswer));
        var written = CodecRun.Response(Codec, response);

        Assert.True(RecordedFile.AreSame(Encoding.UTF8.GetBytes(OwnAnswer), written), Encoding.UTF8.GetString(written));
        Assert.Equal(new Usage { InputTokens = 3, OutputTokens = 4 }, response.Usage);
        Assert.Equal(FinishReason.ToolCalls, response.Candidates[0].Finish);
        Assert.Equal("{\"a\":[1,2]}", response.Candidates[0].Parts.OfType<ToolCallPart>().Single().Arguments);
        Assert.Equal(1767323045, response.Created);
    }

    [Fact]
    public void Quirk31_LinesWithCountsAtTheEnd_AreAStream()
    {
        var (stream, steps, isComplete) = CodecRun.Decode(Codec, Encoding.UTF8.GetBytes(OwnStream));
        var candidate = stream.Response.Candidates.Single();

        Assert.True(isComplete);
        Assert.Equal(["thinking:Hm", "text:Words:", "call::f:{\"a\":1}", "call::f:{\"a\":2}"], CodecRun.Summary(stream.Response).Split('\n')[1..5]);
        Assert.Equal(FinishReason.ToolCalls, candidate.Finish);
        Assert.Equal(new Usage { InputTokens = 11, OutputTokens = 6 }, stream.Response.Usage);
        Assert.Equal(CodecRun.Summary(stream.Response), CodecRun.Summary(CodecRun.Decode(Codec, CodecRun.Encode(Codec, steps)).Stream.Response));
    }

    [Fact]
    public void ForeignRequest_IsSaidInOllamasTerms()
    {
        var translation = new Translation { Model = "llama" };
        var request = CohereCodecTests.ForeignRequest();
        request.Messages[1].Parts.Add(new MediaPart(MediaKind.Image) { Url = "https://h/p.png" });
        using var written = JsonDocument.Parse(CodecRun.Request(Codec, request, translation));
        var root = written.RootElement;
        var messages = root.GetProperty("messages");

        Assert.Equal(["system", "user", "assistant", "tool", "tool", "user"], messages.EnumerateArray().Select(m => m.GetProperty("role").GetString()));
        Assert.Equal("Hi\nn.txt\nwords", messages[1].GetProperty("content").GetString());
        Assert.Equal("not json", messages[2].GetProperty("tool_calls")[1].GetProperty("function").GetProperty("arguments").GetProperty("input").GetString());
        Assert.Equal("g", messages[4].GetProperty("tool_name").GetString());
        Assert.Equal("c2", messages[4].GetProperty("tool_call_id").GetString());
        Assert.Equal("And?", messages[5].GetProperty("content").GetString());
        Assert.True(root.GetProperty("think").GetBoolean());
        Assert.Equal(1.7, root.GetProperty("options").GetProperty("temperature").GetDouble());
        Assert.Single(root.GetProperty("tools").EnumerateArray());
        Assert.DoesNotContain("SIGNED", root.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            ["logit_bias", "messages.tool_calls.arguments", "messages[1].content[1]", "messages[1].content[2]", "messages[1].content[3]", "n", "reasoning_effort", "tool_choice", "tools[2]", "user"],
            translation.Losses.Select(l => l.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("gpt-oss:20b", "minimal", "\"low\"")]
    [InlineData("gpt-oss:20b", "xhigh", "\"high\"")]
    [InlineData("qwen3", "high", "true")]
    [InlineData("qwen3", "none", "false")]
    public void Effort_IsALevelForThoseThatKnowLevels(string model, string effort, string expected)
    {
        var request = new ChatRequest { Source = Dialect.OpenAIChat, Reasoning = new ChatReasoning { Effort = effort } };
        using var written = JsonDocument.Parse(CodecRun.Request(Codec, request, new Translation { Model = model }));

        Assert.Equal(expected, written.RootElement.GetProperty("think").GetRawText());
    }

    [Fact]
    public void ErrorLine_IsAnError_BothWays()
    {
        var (stream, steps, isComplete) = CodecRun.Decode(Codec, "{\"model\":\"m\",\"message\":{\"content\":\"a\"},\"done\":false}\n{\"error\":\"model ran out\"}\n"u8);

        Assert.False(isComplete);
        Assert.True(stream.IsEnded);
        Assert.Equal("model ran out", steps[^1].Error?.Message);
        var written = Encoding.UTF8.GetString(CodecRun.Encode(Codec, [new ChatEvent(ChatEventKind.Error) { Error = new ProviderError("gone", null, null, null, ProviderErrorKind.ServerError) }]));
        Assert.Equal("{\"error\":\"gone\"}\n", written);
    }

    [Fact]
    public void CutStream_IsNotComplete()
    {
        Assert.False(CodecRun.Decode(Codec, "{\"model\":\"m\",\"message\":{\"content\":\"a\"},\"done\":false}\n"u8).IsComplete);
    }

    [Fact]
    public void RequestThatDoesNotSay_IsStreamed()
    {
        Assert.True(Codec.ReadRequest("{\"model\":\"m\",\"messages\":[]}"u8.ToArray()).Stream);
    }

    [Fact]
    public void DamagedBytes_ThrowNothingElse()
    {
        var mutator = new Mutator(8);
        for (var round = 0; round < 4000; round++)
        {
            CohereCodecTests.ReadAll(Codec, mutator.Mutate(Encoding.UTF8.GetBytes(OwnRequest)), mutator.Mutate(Encoding.UTF8.GetBytes(OwnAnswer)));
            CohereCodecTests.ReadAll(Codec, mutator.Mutate(Encoding.UTF8.GetBytes(OwnRequest)), mutator.Mutate(Encoding.UTF8.GetBytes(OwnStream)));
        }
    }

    [Fact]
    public void StreamedEvent_AllocatesLittle()
    {
        var line = "{\"model\":\"m\",\"created_at\":\"2026-01-02T03:04:05.2Z\",\"message\":{\"role\":\"assistant\",\"content\":\" word\"},\"done\":false}\n"u8.ToArray();
        Assert.InRange(StreamCost.PerEvent(Codec, line), 0, 1024);
    }

    [Fact]
    public void Recordings_ComeBackWhole()
    {
        var wrong = new List<string>();
        var mutator = new Mutator(42);
        foreach (var exchange in RecordedFile.Load("ollama.api.chat"))
        {
            var translation = new Translation();
            var request = CodecRun.Request(Codec, Codec.ReadRequest(exchange.Request), translation);
            if (!RecordedFile.AreSame(exchange.Request, request) || translation.Losses.Count > 0)
                wrong.Add($"{exchange.Id}: {Encoding.UTF8.GetString(request)}");
            if (exchange.IsText)
                Compare(exchange, wrong);
            else if (!RecordedFile.AreSame(exchange.Response, CodecRun.Response(Codec, Codec.ReadResponse(exchange.Response))))
                wrong.Add(exchange.Id + ": answer");
            for (var round = 0; round < 60; round++)
                CohereCodecTests.ReadAll(Codec, mutator.Mutate(exchange.Request), mutator.Mutate(exchange.Response));
        }
        Assert.Empty(wrong);
    }

    private static void Compare(RecordedFile exchange, List<string> wrong)
    {
        var (stream, steps, isComplete) = CodecRun.Decode(Codec, exchange.Response);
        var text = "";
        var usage = new Usage();
        foreach (var line in Encoding.UTF8.GetString(exchange.Response).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            text += document.RootElement.GetProperty("message").GetProperty("content").GetString();
            if (document.RootElement.GetProperty("done").GetBoolean())
                usage = new Usage { InputTokens = document.RootElement.GetProperty("prompt_eval_count").GetInt64(), OutputTokens = document.RootElement.GetProperty("eval_count").GetInt64() };
        }
        if (!isComplete || stream.Response.Usage != usage || stream.Response.Candidates[0].Parts is not [TextPart part] || part.Text != text)
            wrong.Add(exchange.Id + ": " + CodecRun.Summary(stream.Response));
        if (CodecRun.Summary(CodecRun.Decode(Codec, CodecRun.Encode(Codec, steps)).Stream.Response) != CodecRun.Summary(stream.Response))
            wrong.Add(exchange.Id + " again");
    }
}
