using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

/// <summary>An answer of another dialect that the gateway keeps goes by the gateway's id, whole and streamed alike.</summary>
public sealed class KeptResponsesTests
{
    private static readonly ChatRequest Kept = new()
    {
        Source = Dialect.OpenAIResponses,
        KeptId = "resp_sealed",
        ContinuedId = "resp_before",
        AnswerId = "abc",
        AnswerCreated = 1_700_000_000,
    };

    [Fact]
    public void Whole_SaysThatItIsStoredAndWhatItContinues()
    {
        var written = Codec.Write(Foreign("msg_1"), Kept);

        Assert.Equal("resp_sealed", written.GetProperty("id").GetString());
        Assert.Equal("resp_before", written.GetProperty("previous_response_id").GetString());
        Assert.True(written.GetProperty("store").GetBoolean());
        Assert.Equal(1_700_000_000, written.GetProperty("created_at").GetInt64());
    }

    [Theory]
    [InlineData("msg_1")]
    [InlineData("")]
    public void StreamAndWhole_Agree(string providersId)
    {
        var steps = new List<ChatEvent>();
        ChatStream.Replay(Foreign(providersId), steps);
        steps.Add(new ChatEvent(ChatEventKind.End));
        var last = Codec.Events(Codec.Encode(steps, Kept))[^1].GetProperty("response");
        var whole = Codec.Write(Foreign(providersId), Kept);

        Assert.Null(JsonDifference.Find(whole, last));
    }

    [Fact]
    public void NotKept_GoesByTheProvidersId()
    {
        var written = Codec.Write(Foreign("msg_1"), new ChatRequest { Source = Dialect.OpenAIResponses });

        Assert.Equal("resp_msg_1", written.GetProperty("id").GetString());
        Assert.False(written.GetProperty("store").GetBoolean());
    }

    private static ChatResponse Foreign(string id)
    {
        var response = new ChatResponse { Source = Dialect.Anthropic, Id = id, Model = "claude-test", Usage = new Usage { InputTokens = 3, OutputTokens = 2 } };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        candidate.Parts.Add(new ThinkingPart { Text = "Hm.", Signature = "c2ln" });
        candidate.Parts.Add(new TextPart("Hello."));
        candidate.Parts.Add(new ToolCallPart { Id = "toolu_1", Name = "f", Arguments = "{}" });
        response.Candidates.Add(candidate);
        return response;
    }
}
