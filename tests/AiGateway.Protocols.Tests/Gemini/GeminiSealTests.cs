using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Other dialects' signatures come back through Gemini's clients, and never go to Google.</summary>
public sealed class GeminiSealTests
{
    [Theory]
    [InlineData("c2ln", null)]
    [InlineData(null, "c2VjcmV0")]
    public void ForeignThoughts_ComeBackSigned(string? signature, string? encrypted)
    {
        var thinking = new ThinkingPart { Text = encrypted is null ? "hm" : "", Signature = signature, Encrypted = encrypted };
        var answer = new ChatResponse { Source = Dialect.Anthropic, Candidates = { new ChatCandidate { Finish = FinishReason.Stop, Parts = { thinking, new TextPart("So") } } } };

        var brought = Back(Write(answer)["candidates"]![0]!["content"]!["parts"]!.AsArray());

        Assert.Equal((thinking.Text, signature, encrypted, Dialect.Anthropic), (brought.Text, brought.Signature, brought.Encrypted, brought.SignedBy!.Value));
    }

    [Fact]
    public void StreamedThoughts_ComeBackInOnePieceWithTheirSignature()
    {
        List<ChatEvent> steps =
        [
            new ChatEvent(ChatEventKind.Start) { Source = Dialect.Anthropic },
            new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.Thinking },
            new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Thinking, Text = "First " },
            new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Thinking, Text = "this." },
            new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Thinking, Signature = "c2ln" },
            new ChatEvent(ChatEventKind.PartEnd) { PartKind = ChatPartKind.Thinking },
            new ChatEvent(ChatEventKind.Finish) { Finish = FinishReason.Stop },
            new ChatEvent(ChatEventKind.End),
        ];
        var parts = Encoding.UTF8.GetString(Encode(steps)).Split("\n", StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Trim()).Where(static line => line.Length > 0)
            .SelectMany(static line => JsonNode.Parse(line["data: ".Length..])!["candidates"]?[0]?["content"]?["parts"]?.AsArray().Select(static part => part!.DeepClone()) ?? []);

        var brought = Back([.. parts]);

        Assert.Equal(("First this.", "c2ln", Dialect.Anthropic), (brought.Text, brought.Signature, brought.SignedBy!.Value));
    }

    [Fact]
    public void ForeignSignature_NeverGoesToGoogle_AndReturnsToItsOwn()
    {
        var answer = new ChatResponse { Source = Dialect.Anthropic, Candidates = { new ChatCandidate { Finish = FinishReason.Stop, Parts = { new ThinkingPart { Text = "hm", Signature = "c2ln" }, new TextPart("So") } } } };
        var request = Turn(Write(answer)["candidates"]![0]!["content"]!["parts"]!.AsArray());
        var toAnthropic = new ArrayBufferWriter<byte>();
        AnthropicCodec.Instance.WriteRequest(request, new Translation { Model = "claude-sonnet-4-5" }, toAnthropic);

        Assert.DoesNotContain("thoughtSignature", Write(request).ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("\"signature\":\"c2ln\"", Encoding.UTF8.GetString(toAnthropic.WrittenSpan), StringComparison.Ordinal);
    }

    private static ThinkingPart Back(JsonArray parts) => Assert.Single(Turn(parts).Messages[1].Parts.OfType<ThinkingPart>());

    private static ChatRequest Turn(JsonArray parts) => Request(new JsonObject
    {
        ["contents"] = new JsonArray(
            new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = "u" }) },
            new JsonObject { ["role"] = "model", ["parts"] = parts.DeepClone() },
            new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = "go on" }) }),
    }.ToJsonString());
}
