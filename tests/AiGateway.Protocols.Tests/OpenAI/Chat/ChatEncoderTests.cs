using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Streams for callers of the dialect: well-formed for the official clients whatever the answer is.</summary>
public sealed class ChatEncoderTests
{
    [Fact]
    public void Stream_HasOneIdTheRoleFirstCallsByIndexUsageLastAndDone()
    {
        var response = Answer();

        var text = ChatTesting.Encode(Steps(response));

        var chunks = ChatTesting.Chunks(text);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.All(chunks, static chunk =>
        {
            Assert.Equal("msg_1", chunk["id"]!.GetValue<string>());
            Assert.Equal("chat.completion.chunk", chunk["object"]!.GetValue<string>());
            Assert.Equal(5, chunk["created"]!.GetValue<int>());
            Assert.Equal("claude", chunk["model"]!.GetValue<string>());
            Assert.True(chunk.AsObject().ContainsKey("usage"));
        });
        Assert.Equal("""{"role":"assistant","content":"","refusal":null}""", chunks[0]["choices"]![0]!["delta"]!.ToJsonString());
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal(30, chunks[^1]["usage"]!["total_tokens"]!.GetValue<int>());
        Assert.Equal("tool_calls", chunks[^2]["choices"]![0]!["finish_reason"]!.GetValue<string>());
        Assert.All(chunks[..^2], static chunk => Assert.Null(chunk["choices"]![0]!["finish_reason"]));
        var calls = chunks[..^1].Select(static c => c["choices"]![0]!["delta"]!["tool_calls"]?[0]).Where(static c => c is not null).ToList();
        Assert.Equal([0, 0, 1, 1], calls.Select(static c => c!["index"]!.GetValue<int>()));
        Assert.Equal("{}", calls[3]!["function"]!["arguments"]!.GetValue<string>());
        Assert.NotEmpty(calls[2]!["id"]!.GetValue<string>());
    }

    [Fact]
    public void Stream_ReadAgain_IsTheSameAnswer()
    {
        var (_, stream, decoder) = ChatTesting.Decode(ChatTesting.Encode(Steps(Answer())));

        Assert.True(decoder.IsComplete);
        var parts = stream.Response.Candidates[0].Parts;
        Assert.Equal("hm", parts.OfType<ThinkingPart>().First().Text);
        Assert.Equal("Hi", Assert.Single(parts.OfType<TextPart>()).Text);
        Assert.Equal("https://x.test", Assert.Single(parts.OfType<TextPart>().First().Citations!).Url);
        Assert.Equal([("toolu_1", "f", "{\"a\":1}"), ("", "g", "{}")], parts.OfType<ToolCallPart>().Select(static c => (c.Name == "g" ? "" : c.Id, c.Name, c.Arguments)));
        Assert.Equal(Answer().Usage, stream.Response.Usage);
    }

    [Fact]
    public void Signature_ComesAsReasoningDetails_WithTheWholeThought()
    {
        var chunks = ChatTesting.Chunks(ChatTesting.Encode(Steps(Answer())));

        var details = chunks[..^1].Select(static c => c["choices"]![0]!["delta"]!["reasoning_details"]).Single(static d => d is not null);
        Assert.Equal("""[{"type":"reasoning.text","text":"hm","signature":"sig","format":"anthropic-claude-v1","index":0}]""", details!.ToJsonString());
    }

    [Fact]
    public void UsageNobodyAskedFor_IsNotSent()
    {
        var text = ChatTesting.Encode(Steps(Answer()), new ChatRequest { Source = Dialect.OpenAIChat });

        Assert.DoesNotContain("usage", text, StringComparison.Ordinal);
        Assert.All(ChatTesting.Chunks(text), static chunk => Assert.NotEmpty(chunk["choices"]!.AsArray()));
    }

    [Fact]
    public void Error_IsTheLastEvent_AtAnyPlace()
    {
        var steps = Steps(Answer());
        for (var cut = 1; cut < steps.Count; cut++)
        {
            var error = new ChatEvent(ChatEventKind.Error) { Error = new ProviderError("It broke.", "server_error", null, null, ProviderErrorKind.ServerError) };
            var text = ChatTesting.Encode(steps.Take(cut).Append(error));

            var last = ChatTesting.Chunks(text)[^1];
            Assert.Equal("""{"error":{"message":"It broke.","type":"server_error","param":null,"code":null}}""", last.ToJsonString());
            Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void SeveralAnswers_HaveEachTheirRoleAndFinish()
    {
        var response = new ChatResponse { Source = Dialect.Gemini };
        for (var i = 0; i < 2; i++)
        {
            var candidate = new ChatCandidate { Index = i, Finish = FinishReason.Stop };
            candidate.Parts.Add(new TextPart("a"));
            response.Candidates.Add(candidate);
        }

        var chunks = ChatTesting.Chunks(ChatTesting.Encode(Steps(response)));

        for (var i = 0; i < 2; i++)
        {
            var own = chunks.Where(c => c["choices"]!.AsArray().Count > 0 && c["choices"]![0]!["index"]!.GetValue<int>() == i).ToList();
            Assert.Equal("assistant", own[0]["choices"]![0]!["delta"]!["role"]!.GetValue<string>());
            Assert.Equal("stop", own[^1]["choices"]![0]!["finish_reason"]!.GetValue<string>());
        }
    }

    [Fact]
    public void CallerOfFunctions_GetsTheFirstCallAsFunctionCall()
    {
        var chunks = ChatTesting.Chunks(ChatTesting.Encode(Steps(Answer()), new ChatRequest { Source = Dialect.OpenAIChat, LegacyFunctions = true }));

        var calls = chunks.Select(static c => c["choices"]![0]!["delta"]!["function_call"]).Where(static c => c is not null).ToList();
        Assert.Equal("f", calls[0]!["name"]!.GetValue<string>());
        Assert.Equal("{\"a\":1}", string.Concat(calls.Select(static c => c!["arguments"]!.GetValue<string>())));
        Assert.Equal("function_call", chunks[^1]["choices"]![0]!["finish_reason"]!.GetValue<string>());
    }

    [Fact]
    public void SoundAndPictures_AreDeltasOfTheirOwn()
    {
        var response = new ChatResponse { Source = Dialect.OpenAIChat };
        var candidate = new ChatCandidate { Finish = FinishReason.Stop };
        candidate.Parts.Add(new MediaPart(MediaKind.Audio) { Id = "audio_1", Base64 = "AAAA", Transcript = "hey" });
        candidate.Parts.Add(new MediaPart(MediaKind.Image) { Base64 = "iVBO", MediaType = "image/png" });
        response.Candidates.Add(candidate);

        var chunks = ChatTesting.Chunks(ChatTesting.Encode(Steps(response)));

        Assert.Equal("""{"audio":{"id":"audio_1","data":"AAAA","transcript":"hey"}}""", chunks[1]["choices"]![0]!["delta"]!.ToJsonString());
        Assert.Equal("data:image/png;base64,iVBO", chunks[2]["choices"]![0]!["delta"]!["images"]![0]!["image_url"]!["url"]!.GetValue<string>());
    }

    [Fact]
    public void MistralCallers_GetThoughtsInContentLists()
    {
        var chunks = ChatTesting.Chunks(ChatTesting.Encode(Steps(Answer()), codec: OpenAIChatCodec.Mistral));

        Assert.Equal("""[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]""", chunks[1]["choices"]![0]!["delta"]!["content"]!.ToJsonString());
    }

    [Fact]
    public void TextOfAnyCharacters_IsValidJson()
    {
        var response = new ChatResponse { Source = Dialect.Gemini };
        var candidate = new ChatCandidate();
        candidate.Parts.Add(new TextPart("a\"\\\n\u0001\ud83d 😀 é"));
        response.Candidates.Add(candidate);

        var chunks = ChatTesting.Chunks(ChatTesting.Encode(Steps(response)));

        Assert.Equal("a\"\\\n\u0001\uFFFD 😀 é", chunks[1]["choices"]![0]!["delta"]!["content"]!.GetValue<string>());
    }

    private static List<ChatEvent> Steps(ChatResponse response)
    {
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);
        return steps;
    }

    private static ChatResponse Answer()
    {
        var response = new ChatResponse { Source = Dialect.Anthropic, Id = "msg_1", Model = "claude", Created = 5, Usage = new Usage { InputTokens = 10, OutputTokens = 20 } };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        candidate.Parts.Add(new ThinkingPart { Text = "hm", Signature = "sig" });
        candidate.Parts.Add(new TextPart("Hi") { Citations = [new ChatCitation { Url = "https://x.test" }] });
        candidate.Parts.Add(new ToolCallPart { Id = "toolu_1", Name = "f", Arguments = "{\"a\":1}" });
        candidate.Parts.Add(new ToolCallPart { Name = "g" });
        response.Candidates.Add(candidate);
        return response;
    }
}
