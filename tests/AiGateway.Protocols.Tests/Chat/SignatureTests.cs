using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>
/// Pins that what a provider signed comes back to it unchanged through a client of any other dialect, and never reaches a
/// provider of a third: each refuses signatures that are not its own.
/// </summary>
public sealed class SignatureTests
{
    private const string OfThoughts = "VGhvdWdodHMtc2lnbmVk";
    private const string Hidden = "SGlkZGVuLXRob3VnaHRz";
    private const string OfCall = "Q2FsbC1zaWduZWQtb25jZQ==";

    private static readonly ChatRequest Asked = new() { Source = Dialect.OpenAIChat, Model = "asked", IncludeUsage = true, AnswerId = "made", AnswerCreated = 1 };

    public static TheoryData<Dialect, Dialect, string, bool> Table()
    {
        var rows = new TheoryData<Dialect, Dialect, string, bool>();
        foreach (var (maker, what) in new[]
        {
            (Dialect.Anthropic, "thoughts"), (Dialect.Anthropic, "hidden"),
            (Dialect.Converse, "thoughts"), (Dialect.Converse, "hidden"),
            (Dialect.Gemini, "thoughts"), (Dialect.Gemini, "call"),
            (Dialect.OpenAIResponses, "hidden"),
            (Dialect.OpenAIChat, "call"),
        })
        {
            foreach (var client in Codecs.Clients)
            {
                if (client == maker)
                    continue;
                rows.Add(maker, client, what, false);
                rows.Add(maker, client, what, true);
            }
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Signature_ComesBackToItsMakerAndReachesNobodyElse(Dialect maker, Dialect client, string what, bool streamed)
    {
        var body = streamed
            ? Gathered(client, Codecs.Stream(client, Answer(maker, what), Asked))
            : Codecs.Write(client, Answer(maker, what), Asked, new Translation());
        var next = Encoding.UTF8.GetBytes(NextTurn(client, JsonNode.Parse(body)!));

        var returned = Codecs.Write(maker, ChatCodecs.Of(client).ReadRequest(next), new Translation { Model = "target" });
        var parts = ChatCodecs.Of(maker).ReadRequest(returned).Messages.SelectMany(static message => message.Parts).ToList();
        Assert.True(what switch
        {
            "thoughts" => parts.Exists(static part => part is ThinkingPart { Signature: OfThoughts, Text: "let me see" }),
            "hidden" => parts.Exists(static part => part is ThinkingPart { Encrypted: Hidden }),
            _ => parts.Exists(static part => part is ToolCallPart { Signature: OfCall, Name: "weather" }),
        }, $"{Encoding.UTF8.GetString(next)}\nbecame\n{Encoding.UTF8.GetString(returned)}");

        foreach (var other in Codecs.All)
        {
            // To a provider of the client's own dialect the bytes pass as they are.
            if (other == maker || other == client)
                continue;
            var sent = Encoding.UTF8.GetString(Codecs.Write(other, ChatCodecs.Of(client).ReadRequest(next), new Translation { Model = "target" }));
            foreach (var secret in new[] { OfThoughts, Hidden, OfCall, "aigw1", "YWlndz" })
            {
                Assert.DoesNotContain(secret, sent, StringComparison.Ordinal);
                Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), sent, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void TurnOfAnotherProvider_OfAGeminiClient_GoesToGeminiWithoutItsSignatures()
    {
        var body = Codecs.Write(Dialect.Gemini, Answer(Dialect.Anthropic, "thoughts"), Asked, new Translation());
        var next = ChatCodecs.Of(Dialect.Gemini).ReadRequest(Encoding.UTF8.GetBytes(NextTurn(Dialect.Gemini, JsonNode.Parse(body)!)));
        var sent = JsonNode.Parse(Codecs.Write(Dialect.Gemini, next, new Translation { Model = "gemini-3-pro-preview" }))!;

        var parts = sent["contents"]![1]!["parts"]!.AsArray();
        Assert.Equal(2, parts.Count);
        Assert.Equal("skip_thought_signature_validator", (string?)parts[0]!["thoughtSignature"]);
        Assert.Null(parts[1]!["thoughtSignature"]);
    }

    /// <summary>What the client's SDK gathers.</summary>
    private static byte[] Gathered(Dialect client, byte[] stream)
    {
        if (client != Dialect.OpenAIResponses)
            return Codecs.Write(client, Codecs.Gather(client, stream).Stream.Response, Asked, new Translation());
        var last = Encoding.UTF8.GetString(stream).Split('\n').Last(static line => line.StartsWith("data: {", StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes(JsonNode.Parse(last[6..])!["response"]!.ToJsonString());
    }

    private static ChatResponse Answer(Dialect maker, string what)
    {
        var response = new ChatResponse { Source = maker, Id = "answer", Model = "model", Created = 1, Usage = new Usage { InputTokens = 1, OutputTokens = 1 } };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        if (what == "thoughts")
            candidate.Parts.Add(new ThinkingPart { Text = "let me see", Signature = OfThoughts });
        if (what == "hidden")
            candidate.Parts.Add(new ThinkingPart { Encrypted = Hidden, Id = maker == Dialect.OpenAIResponses ? "rs_1" : null });
        candidate.Parts.Add(new ToolCallPart { Id = "call_1", Name = "weather", Arguments = """{"city":"Bern"}""", Signature = what == "call" ? OfCall : null });
        candidate.Parts.Add(new ToolCallPart { Id = "call_2", Name = "weather", Arguments = """{"city":"Genf"}""" });
        response.Candidates.Add(candidate);
        return response;
    }

    /// <summary>What a client sends next: the answer's turn as it came, and the calls' results.</summary>
    private static string NextTurn(Dialect client, JsonNode answer)
    {
        switch (client)
        {
            case Dialect.OpenAIChat:
                return new JsonObject
                {
                    ["model"] = "m",
                    ["messages"] = new JsonArray(
                        JsonNode.Parse("""{"role":"user","content":"Weather?"}"""),
                        answer["choices"]![0]!["message"]!.DeepClone(),
                        JsonNode.Parse("""{"role":"tool","tool_call_id":"call_1","content":"sun"}"""),
                        JsonNode.Parse("""{"role":"tool","tool_call_id":"call_2","content":"rain"}""")),
                }.ToJsonString();
            case Dialect.OpenAIResponses:
                var input = new JsonArray(JsonNode.Parse("""{"role":"user","content":"Weather?"}"""));
                foreach (var item in answer["output"]!.AsArray())
                    input.Add(item!.DeepClone());
                input.Add(JsonNode.Parse("""{"type":"function_call_output","call_id":"call_1","output":"sun"}"""));
                input.Add(JsonNode.Parse("""{"type":"function_call_output","call_id":"call_2","output":"rain"}"""));
                return new JsonObject { ["model"] = "m", ["input"] = input }.ToJsonString();
            case Dialect.Anthropic:
                return new JsonObject
                {
                    ["model"] = "m",
                    ["max_tokens"] = 100,
                    ["messages"] = new JsonArray(
                        JsonNode.Parse("""{"role":"user","content":"Weather?"}"""),
                        new JsonObject { ["role"] = "assistant", ["content"] = answer["content"]!.DeepClone() },
                        JsonNode.Parse("""{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"sun"},{"type":"tool_result","tool_use_id":"call_2","content":"rain"}]}""")),
                }.ToJsonString();
            default:
                return new JsonObject
                {
                    ["contents"] = new JsonArray(
                        JsonNode.Parse("""{"role":"user","parts":[{"text":"Weather?"}]}"""),
                        answer["candidates"]![0]!["content"]!.DeepClone(),
                        JsonNode.Parse("""{"role":"user","parts":[{"functionResponse":{"id":"call_1","name":"weather","response":{"output":"sun"}}},{"functionResponse":{"id":"call_2","name":"weather","response":{"output":"rain"}}}]}""")),
                }.ToJsonString();
        }
    }
}
