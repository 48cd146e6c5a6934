using System.Buffers;
using System.Text;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Damaged bytes are refused with <see cref="ChatFormatException"/>, or read as something that can be written.</summary>
public sealed class AnthropicMutationTests
{
    private const string Request = """
        {"model":"m","max_tokens":9,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"5m"}}],"thinking":{"type":"enabled","budget_tokens":1024},
        "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}},"x":1},"tool_choice":{"type":"any"},"metadata":{"user_id":"u"},
        "tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"web_search_20250305","name":"web_search"}],
        "messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"document","source":{"type":"text","data":"d"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"tool_use","id":"i","name":"f","input":{"a":"\u00e9"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":"r"},{"type":"text","text":"x","citations":[{"type":"char_location","cited_text":"c"}]}]}]}
        """;

    private const string Response = """
        {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"t"},{"type":"tool_use","id":"i","name":"f","input":{}},{"type":"server_tool_use","id":"s","name":"w","input":{"q":1}}],
        "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":3},"iterations":[{"type":"compaction","input_tokens":1}]},"container":{"id":"c"}}
        """;

    private static readonly string[] Events =
    [
        """{"type":"message_start","message":{"id":"msg_1","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}""",
        """{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"s","name":"w","input":{}}}""",
        """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}""",
        """{"type":"content_block_stop","index":0}""",
        """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"i","name":"f","input":{}}}""",
        """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}""",
        """{"type":"content_block_start","index":2,"content_block":{"type":"compaction","content":null}}""",
        """{"type":"content_block_delta","index":2,"delta":{"type":"compaction_delta","content":"c"}}""",
        """{"type":"content_block_delta","index":3,"delta":{"type":"citations_delta","citation":{"type":"x","url":"u"}}}""",
        """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}""",
        """{"type":"error","error":{"type":"api_error","message":"m"}}""",
        """{"type":"message_stop"}""",
    ];

    [Fact]
    public void DamagedRequests_AreRefusedOrWritable()
    {
        var read = 0;
        for (var seed = 0; seed < 6000; seed++)
        {
            var bytes = new Mutator(seed).Mutate(Encoding.UTF8.GetBytes(Request));
            ChatRequest request;
            try
            {
                request = Wire.Codec.ReadRequest(bytes);
            }
            catch (ChatFormatException)
            {
                continue;
            }
            read++;
            foreach (var codec in (AnthropicCodec[])[AnthropicCodec.Instance, AnthropicCodec.Bedrock])
            {
                Wire.Write(request, out _, codec);
                Wire.Write(Claim(request), out _, codec, "claude-opus-4-1");
            }
        }
        Assert.True(read > 100, $"Only {read} could be read.");
    }

    [Fact]
    public void DamagedAnswers_AreRefusedOrWritable()
    {
        for (var seed = 0; seed < 4000; seed++)
        {
            var bytes = new Mutator(seed).Mutate(Encoding.UTF8.GetBytes(Response));
            try
            {
                Wire.Write(Wire.Codec.ReadResponse(bytes), out _);
            }
            catch (ChatFormatException)
            {
            }
        }
    }

    [Fact]
    public void DamagedStreams_AreRefusedOrWritable()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var mutator = new Mutator(seed);
            var decoder = Wire.Codec.CreateDecoder();
            var chat = new ChatStream(seed % 2 == 0 ? Dialect.Anthropic : Dialect.Gemini);
            var steps = new List<ChatEvent>();
            foreach (var data in Events)
            {
                var bytes = Encoding.UTF8.GetBytes($"event: x\ndata: {data}\n\n");
                var decoded = new List<ChatEvent>();
                try
                {
                    decoder.Decode(mutator.Next(3) == 0 ? mutator.Mutate(bytes) : bytes, decoded);
                }
                catch (ChatFormatException)
                {
                }
                foreach (var step in decoded)
                    chat.Push(step, steps);
            }
            chat.Complete(steps);
            foreach (var one in Wire.Data(Wire.Encode(steps)))
                Assert.NotNull(one["type"]);
        }
    }

    [Fact]
    public void DamagedFrames_AreRefused()
    {
        var output = new ArrayBufferWriter<byte>();
        AwsEventStream.WriteEvent(output, "chunk"u8, Encoding.UTF8.GetBytes($$"""{"bytes":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Events[1]))}}"}"""));
        for (var seed = 0; seed < 2000; seed++)
        {
            try
            {
                AnthropicCodec.Bedrock.CreateDecoder().Decode(new Mutator(seed).Mutate(output.WrittenSpan.ToArray()), []);
            }
            catch (ChatFormatException)
            {
            }
        }
    }

    /// <summary>The same request, as if another dialect had brought it.</summary>
    private static ChatRequest Claim(ChatRequest request)
    {
        var claimed = new ChatRequest { Source = Dialect.Gemini, Format = request.Format, Reasoning = request.Reasoning, ToolChoice = request.ToolChoice, MaxOutputTokens = request.MaxOutputTokens };
        claimed.Messages.AddRange(request.Messages);
        claimed.Tools.AddRange(request.Tools);
        return claimed;
    }
}
