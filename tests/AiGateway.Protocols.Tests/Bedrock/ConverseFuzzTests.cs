using System.Text;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>Pins that no bytes bring the codec to throw anything but its own exception.</summary>
public sealed class ConverseFuzzTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1" ? 500_000 : 10_000;

    private static readonly byte[] Request = Encoding.UTF8.GetBytes(
        """{"messages":[{"role":"user","content":[{"text":"Hi \u00e9"},{"image":{"format":"png","source":{"bytes":"AAAA"}}},{"document":{"format":"pdf","name":"d","source":{"s3Location":{"uri":"s3://b/k"}}}},{"cachePoint":{"type":"default","ttl":"1h"}}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},{"toolUse":{"toolUseId":"a","name":"f","input":{"x":1}}}]},{"role":"user","content":[{"toolResult":{"toolUseId":"a","status":"error","content":[{"json":{"y":2}},{"text":"z"}]}},{"guardContent":{"text":{"text":"g","qualifiers":["query"]}}}]}],"system":[{"text":"s"},{"cachePoint":{"type":"default"}}],"inferenceConfig":{"maxTokens":5,"temperature":0.5,"stopSequences":["x"]},"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"tool":{"name":"f"}}},"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\"}"}}}},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024},"top_k":5}}""");

    private static readonly byte[] Response = Encoding.UTF8.GetBytes(
        """{"output":{"message":{"role":"assistant","content":[{"text":"a\u00e9"},{"citationsContent":{"content":[{"text":"c"}],"citations":[{"title":"t","location":{"web":{"url":"https://x.example"}}}]}},{"toolUse":{"toolUseId":"a","name":"f","input":{"x":1}}}]}},"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3,"cacheReadInputTokens":4,"cacheDetails":[{"ttl":"1h","inputTokens":1}]},"metrics":{"latencyMs":1}}""");

    private static readonly (string Type, string Json)[] Events =
    [
        ("messageStart", """{"role":"assistant"}"""),
        ("contentBlockStart", """{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"a","name":"f","type":"server_tool_use"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"x\":"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"QUJD"}}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"toolResult":[{"json":{"a":1}}]}}"""),
        ("contentBlockDelta", """{"contentBlockIndex":3,"delta":{"citation":{"title":"t","sourceContent":[{"text":"x"}]}}}"""),
        ("contentBlockStop", """{"contentBlockIndex":0}"""),
        ("messageStop", """{"stopReason":"end_turn","additionalModelResponseFields":{"stop_sequence":"x"}}"""),
        ("metadata", """{"usage":{"inputTokens":1,"outputTokens":2},"serviceTier":{"type":"flex"}}"""),
        ("throttlingException", """{"message":"slow"}"""),
    ];

    [Fact]
    public void Requests_ThrowNothingButTheirOwn() => Run(1, mutator => Converse.Write(ConverseCodec.Instance.ReadRequest(mutator.Mutate(Request))));

    [Fact]
    public void Answers_ThrowNothingButTheirOwn() => Run(2, mutator => Converse.Write(ConverseCodec.Instance.ReadResponse(mutator.Mutate(Response))));

    [Fact]
    public void Payloads_ThrowNothingButTheirOwn() => Run(3, mutator =>
    {
        var decoder = ConverseCodec.Instance.CreateDecoder();
        var stream = new ChatStream(Dialect.Converse);
        var steps = new List<ChatEvent>();
        for (var i = 0; i < 6; i++)
        {
            var (type, json) = Events[mutator.Next(Events.Length)];
            var decoded = new List<ChatEvent>();
            decoder.Decode(Frame(type, mutator.Next(3) == 0 ? mutator.Mutate(Encoding.UTF8.GetBytes(json)) : Encoding.UTF8.GetBytes(json)), decoded);
            foreach (var step in decoded)
                stream.Push(step, steps);
        }
        stream.Complete(steps);
        Converse.Lines(Converse.Encode(steps));
    });

    [Fact]
    public void Frames_ThrowNothingButTheirOwn() => Run(4, mutator =>
    {
        ReadOnlySpan<byte> bytes = mutator.Mutate(Converse.Frames(Events));
        while (AwsEventStream.FindFrameEnd(bytes) is > 0 and var end)
        {
            ConverseCodec.Instance.CreateDecoder().Decode(bytes[..end], []);
            InvokeStream.ToServerSentEvents(bytes[..end], new System.Buffers.ArrayBufferWriter<byte>());
            bytes = bytes[end..];
        }
    });

    [Fact]
    public void Chunks_ThrowNothingButTheirOwn() => Run(5, mutator =>
    {
        var payload = mutator.Mutate("""{"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"abc"}"""u8.ToArray());
        InvokeStream.ToServerSentEvents(Frame("chunk", payload), new System.Buffers.ArrayBufferWriter<byte>());
    });

    internal static void DecodeRaw(string type, byte[] payload) => ConverseCodec.Instance.CreateDecoder().Decode(Frame(type, payload), []);

    private static byte[] Frame(string type, byte[] payload)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        AwsEventStream.WriteEvent(output, Encoding.UTF8.GetBytes(type), payload);
        return output.WrittenSpan.ToArray();
    }

    private static void Run(int seed, Action<Mutator> act)
    {
        var mutator = new Mutator(seed);
        for (var round = 0; round < Rounds; round++)
        {
            try
            {
                act(mutator);
            }
            catch (ChatFormatException)
            {
                // The one that is allowed.
            }
        }
    }
}
