using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Fuzzing;

/// <summary>Pins that no bytes make a parser throw or point outside what it was given. AIGATEWAY_TEST_FULL=1 runs fifty times as many rounds.</summary>
public sealed class FuzzTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1" ? 1_000_000 : 20_000;

    private static readonly byte[][] Requests = Utf8(
        """{"model":"gpt-x","messages":[{"role":"user","content":"Hi \u00e9"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],"stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"a":{"type":"string","enum":["x","y"]}},"required":["a"]}}}],"metadata":{"a":"b"},"max_tokens":5,"n":2,"user":"u"}""",
        """{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"function_call","name":"f","arguments":"{}"}],"previous_response_id":"resp_1","text":{"format":{"type":"json_schema","schema":{}}}}""",
        """{"input":["a",[1,2]],"query":"q","documents":["d",{"text":"e"}],"prompt":"p","model":"m"}""");

    private static readonly byte[][] Streams = Utf8(
        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\\u00e9\",\"tool_calls\":[{\"id\":\"x\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"end_turn\"}],\"usage\":null}\n\n: c\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"cost\":0.1}}\r\n\r\ndata: [DONE]\n\n",
        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"previous_response_id\":\"resp_0\",\"model\":\"m\",\"status\":\"x\"}}\n\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"a\\n\"}\ndata: \n\ndata: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"c\",\"message\":\"m\"},\"tool_usage\":{\"web_search\":{\"num_requests\":1}},\"incomplete_details\":{\"reason\":\"r\"}}}\n\n",
        "data: {\"error\":{\"message\":\"m\",\"code\":429,\"metadata\":{\"raw\":\"r\"}}}\n\ndata: {\"type\":\"image_generation.completed\",\"usage\":{\"input_tokens\":1}}\n\n");

    private static readonly byte[][] Bodies = Utf8(
        """{"id":"resp_1","object":"response","model":"m","service_tier":"flex","status":"incomplete","incomplete_details":{"reason":"r"},"error":null,"previous_response_id":"resp_0","output":[{"type":"message","content":[{"type":"output_text","text":"a"}]}],"tool_usage":{"web_search":{"num_requests":1}},"usage":{"input_tokens":1,"input_tokens_details":{"cached_tokens":1},"output_tokens":1}}""",
        """{"choices":[{"index":0,"message":{"content":"a\u00e9","tool_calls":[{"id":"x","function":{"name":"f","arguments":"{}"}}]},"finish_reason":""}],"x_groq":{"usage":{"prompt_tokens":1}},"meta":{"billed_units":{"search_units":1}},"data":[{"a":1}],"text":"t"}""",
        """{"detail":[{"msg":"m","loc":["a"]}],"error":{"message":"m","innererror":{"code":"c"}}}""");

    [Fact]
    public void RequestScanner_NeverThrows()
    {
        var mutator = new Mutator(1);
        for (var round = 0; round < Rounds; round++)
        {
            var body = mutator.Mutate(Requests[mutator.Next(Requests.Length)]);
            var operation = (Operation)mutator.Next(Enum.GetValues<Operation>().Length);
            var error = RequestScanner.Scan(operation, body, out var facts);
            AssertInside(facts.ModelValue, body);
            AssertInside(facts.StreamOptionsValue, body);
            AssertInside(facts.IncludeUsageValue, body);
            AssertInside(facts.PreviousResponseIdValue, body);
            if (error is null && body.Length > 0)
            {
                // What is accepted is JSON to others, too.
                using var document = JsonDocument.Parse(body);
                Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
                Assert.InRange(facts.EstimatedInputTokens, 0, 10_000);
            }
        }
    }

    [Fact]
    public void FramingAndStreamInspector_NeverThrowAndGiveTheSameWhateverTheSplit()
    {
        var mutator = new Mutator(2);
        for (var round = 0; round < Rounds; round++)
        {
            var stream = mutator.Mutate(Streams[mutator.Next(Streams.Length)]);
            var operation = (Operation)mutator.Next(Enum.GetValues<Operation>().Length);
            var whole = Inspect(operation, stream, stream.Length);
            Assert.Equal(whole, Inspect(operation, stream, 1 + mutator.Next(7)));
        }
    }

    [Fact]
    public void ResponseInspectors_NeverThrow()
    {
        var mutator = new Mutator(3);
        for (var round = 0; round < Rounds; round++)
        {
            var body = mutator.Mutate(Bodies[mutator.Next(Bodies.Length)]);
            var operation = (Operation)mutator.Next(Enum.GetValues<Operation>().Length);
            var facts = ResponseInspector.Inspect(operation, body, UsageRules.ReasoningApart);
            AssertInside(facts.ResponseIdValue, body);
            AssertInside(facts.PreviousResponseIdValue, body);
            foreach (var edit in facts.Edits)
                AssertInside(edit.Range, body);

            var large = new LargeBodyInspector(operation, UsageRules.OpenAI);
            var step = 1 + mutator.Next(50);
            for (var at = 0; at < body.Length; at += step)
                large.Append(body.AsSpan(at, Math.Min(step, body.Length - at)));
            var largeFacts = large.Finish();
            AssertInside(largeFacts.ResponseIdValue, body);

            // It may take for complete what is broken inside a value, but never the reverse.
            if (facts.IsJson && facts.IsObject)
                Assert.True(large.IsComplete, Encoding.UTF8.GetString(body));
        }
    }

    [Fact]
    public void ProviderErrorAndUsage_NeverThrow()
    {
        var mutator = new Mutator(4);
        for (var round = 0; round < Rounds; round++)
        {
            var body = mutator.Mutate(Bodies[mutator.Next(Bodies.Length)]);
            var error = ProviderError.Parse(mutator.Next(600), body);
            Assert.NotEmpty(error.Message);
            Assert.DoesNotContain(error.Message, char.IsControl);
            UsageReader.Read(body, UsageRules.OpenAI);
            TokenEstimator.Estimate(body);
            TokenEstimator.EstimateEscaped(body);
        }
    }

    private static string Inspect(Operation operation, byte[] stream, int step)
    {
        var inspector = new StreamInspector(operation, UsageRules.OpenAI);
        var log = new StringBuilder();
        var start = 0;
        var scanned = 0;
        for (var received = Math.Min(step, stream.Length); ; received = Math.Min(received + step, stream.Length))
        {
            int end;
            while ((end = SseFraming.FindEventEnd(stream.AsSpan(start, received - start), ref scanned)) >= 0)
            {
                Log(stream.AsSpan(start, end));
                start += end;
                scanned = 0;
            }
            if (received == stream.Length)
                break;
        }
        if (start < stream.Length)
            Log(stream.AsSpan(start));
        return log.Append(inspector.Usage).Append(inspector.IsComplete).Append(inspector.EstimatedOutputTokens).ToString();

        void Log(ReadOnlySpan<byte> bytes)
        {
            log.Append(inspector.Inspect(bytes)).Append(' ').Append(bytes.Length).Append(' ');
            AssertInside(inspector.UsageMember, bytes);
            AssertInside(inspector.UsageClose, bytes);
            AssertInside(inspector.ResponseIdValue, bytes);
            AssertInside(inspector.PreviousResponseIdValue, bytes);
            foreach (var edit in inspector.Edits)
                AssertInside(edit.Range, bytes);
        }
    }

    private static void AssertInside(ByteRange range, ReadOnlySpan<byte> bytes)
    {
        if (range.Exists)
            Assert.InRange(range.End, range.Start + 1, bytes.Length);
    }

    private static byte[][] Utf8(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
