using System.Buffers;
using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Thoughts and calls of other providers in the hands of Anthropic's client, and on their way back: to their maker, to Anthropic, to a third.</summary>
public sealed class AnthropicForeignThoughtsTests
{
    private const string Turn = """
        {"model":"m","max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":2048},"tools":[{"name":"f","input_schema":{"type":"object"}}],"messages":[
         {"role":"user","content":"x"},
         {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"aigw1.Gemini.sig."},{"type":"tool_use","id":"toolu_1","name":"f","input":{},"caller":{"type":"direct"}},{"type":"redacted_thinking","data":"aigw1.Gemini.call.YWJj"}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"r"}]}]}
        """;

    [Fact]
    public void ThoughtsThatNobodySigned_AreMarkedAsAnothers_WholeAndStreamed()
    {
        var answer = new ChatResponse { Source = Dialect.OpenAIChat, Id = "1", Model = "m" };
        answer.Candidates.Add(new ChatCandidate { Finish = FinishReason.ToolCalls });
        answer.Candidates[0].Parts.AddRange([new ThinkingPart { Text = "hm" }, new ToolCallPart { Id = "call_1", Name = "f", Arguments = "{}" }]);
        var steps = new List<ChatEvent>();
        ChatStream.Replay(answer, steps);

        foreach (var message in (System.Text.Json.Nodes.JsonNode[])[Wire.Write(answer, out _), Wire.Gather(Wire.Data(Wire.Encode(steps)))])
        {
            Assert.Equal("aigw1.OpenAIChat.sig.", (string?)message["content"]![0]!["signature"]);
            Assert.Equal("direct", (string?)message["content"]![1]!["caller"]!["type"]);
        }
    }

    [Fact]
    public void SignatureOverACall_ComesBackToItsMaker()
    {
        var body = Written(GeminiCodec.Instance, out _);

        Assert.Contains("\"thoughtSignature\":\"abc\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("aigw1", body, StringComparison.Ordinal);
    }

    [Fact]
    public void CallerThatGoesWithoutSaying_IsNoLoss()
    {
        var body = Written(OpenAIChatCodec.Instance, out var translation);

        Assert.DoesNotContain("caller", body, StringComparison.Ordinal);
        Assert.DoesNotContain(translation.Losses, loss => loss.Path.Contains("caller", StringComparison.Ordinal));
    }

    [Fact]
    public void TurnOfAnotherProvider_GoesOnAtAnthropicWithoutThinking()
    {
        var body = Wire.Write(Wire.Request(Turn), out var translation);

        Assert.Null(body["thinking"]);
        Assert.Equal("tool_use", (string?)Assert.Single(body["messages"]![1]!["content"]!.AsArray())!["type"]);
        Assert.Contains(translation.Losses, loss => loss is { Path: "thinking", IsDropped: true });
    }

    [Fact]
    public void TurnOfItsOwn_GoesOnThinking()
    {
        var body = Wire.Write(Wire.Request(Turn.Replace("aigw1.Gemini.sig.", "EqQB", StringComparison.Ordinal)), out _);

        Assert.Equal("enabled", (string?)body["thinking"]!["type"]);
        Assert.Equal("EqQB", (string?)body["messages"]![1]!["content"]![0]!["signature"]);
    }

    private static string Written(ChatCodec codec, out Translation translation)
    {
        translation = new Translation { Model = "m" };
        var output = new ArrayBufferWriter<byte>();
        codec.WriteRequest(Wire.Request(Turn), translation, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
