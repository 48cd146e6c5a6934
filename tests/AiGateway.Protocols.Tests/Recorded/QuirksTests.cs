using System.Text;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Recorded;

/// <summary>One test for each row of QUIRKS.md, beside the recordings, that is about reading OpenAI's dialect.</summary>
public sealed class QuirksTests
{
    [Fact]
    public void Row1_AzureFirstChunkWithoutChoices_IsPreamble()
    {
        var (inspector, kinds) = Replay("azure-openai.chat.completions.6b87b9cf03");

        Assert.Equal(StreamEventKind.Preamble, kinds[0]);
        Assert.DoesNotContain(StreamEventKind.UsageOnly, kinds);
        Assert.NotEmpty(inspector.Model!);
        Assert.True(inspector.IsComplete);
    }

    [Fact]
    public void Row2_AzureDeploymentNotFound_HasItsKind()
    {
        Assert.Equal(ProviderErrorKind.DeploymentNotFound, Error("azure-openai.chat.completions.65602d2821").Kind);
    }

    [Theory]
    [InlineData("groq.chat.completions.8e947bc80e")]
    [InlineData("groq.chat.completions.9e866a6389")]
    public void Row3_GroqErrorInTheStream_IsAnError(string id)
    {
        var (inspector, kinds) = Replay(id);

        Assert.Equal(StreamEventKind.Error, kinds.Last(k => k != StreamEventKind.Comment));
        Assert.Equal("tool_use_failed", inspector.Error?.Code);
        Assert.Equal(ProviderErrorKind.InvalidRequest, inspector.Error?.Kind);
        Assert.False(inspector.IsComplete);
        Assert.False(inspector.TerminalSeen);
    }

    [Fact]
    public void Row4_GroqToolCallInOneDeltaAndUsageInXGroq_AreRead()
    {
        var (inspector, _) = Replay("groq.chat.completions.7a398c6323");

        Assert.True(inspector.IsComplete);
        Assert.Equal("tool_calls", inspector.FinishReason);
        Assert.NotNull(inspector.Usage);
        Assert.True(inspector.EstimatedOutputTokens > 10);

        var alone = new StreamInspector(Operation.ChatCompletions, UsageRules.OpenAI);
        alone.Inspect("data: {\"choices\":[],\"x_groq\":{\"id\":\"r\",\"usage\":{\"prompt_tokens\":4,\"completion_tokens\":2}}}\n\n"u8);
        Assert.Equal(new Usage { InputTokens = 4, OutputTokens = 2 }, alone.Usage);
    }

    [Fact]
    public void Row5_GroqStubAnswer_IsRead()
    {
        var facts = Facts("groq.chat.completions.517d2c9802");

        Assert.True(facts.HasAnswer);
        Assert.True(facts.Usage?.InputTokens > 0);
    }

    [Fact]
    public void Row6_OpenRouterCommentsRolesAndRepeatedFinish_AreUnderstood()
    {
        var (inspector, kinds) = Replay("openrouter.chat.completions.a3f19ade72");

        Assert.Equal(StreamEventKind.Comment, kinds[0]);
        Assert.True(inspector.IsComplete);
        Assert.True(inspector.Edits.IsEmpty);
    }

    [Fact]
    public void Row7_OpenRouterLateError_SpoilsTheStream()
    {
        var (inspector, kinds) = Replay("openrouter.chat.completions.d46e6c7cd7");

        Assert.Contains(StreamEventKind.Error, kinds);
        Assert.Equal("Token limit reached", inspector.Error?.Message);
        Assert.True(inspector.TerminalSeen);
        Assert.False(inspector.IsComplete);

        // Usage in the same chunk is kept, with more reasoning than output as it came.
        Assert.Equal(10, inspector.Usage?.OutputTokens);
        Assert.Equal(11, inspector.Usage?.ReasoningTokens);
    }

    [Fact]
    public void Row8_OpenRouterUsageBesideAChoice_IsReadAndNotWithheld()
    {
        var (inspector, kinds) = Replay("openrouter.chat.completions.4e2fc42fee");

        Assert.Equal(0.00085m, inspector.Usage?.ReportedCost);
        Assert.DoesNotContain(StreamEventKind.UsageOnly, kinds);
        Assert.Equal("stop", inspector.FinishReason);
    }

    [Fact]
    public void Row9_OpenRouterResponsesWithoutEventLines_AreUnderstood()
    {
        var (inspector, kinds) = Replay("openrouter.responses.0468579320");

        Assert.Contains(StreamEventKind.Content, kinds);
        Assert.Equal(2, kinds.Count(k => k == StreamEventKind.Terminal));
        Assert.True(inspector.IsComplete);
        Assert.Equal(78, inspector.Usage?.InputTokens);
    }

    [Fact]
    public void Row10_OpenRouterNumericCode_IsRead()
    {
        var error = Error("openrouter.chat.completions.7ce89fd8b0");

        Assert.Equal(("429", ProviderErrorKind.RateLimited), (error.Code, error.Kind));
        Assert.DoesNotContain("temporarily", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Row11_SnowflakeStreamWithoutFinishReason_IsCompleteByDone()
    {
        var (inspector, _) = Replay("snowflake.chat.completions.7f482c6143");

        Assert.False(inspector.FinishReasonSeen);
        Assert.True(inspector.TerminalSeen);
        Assert.True(inspector.IsComplete);
        Assert.Null(inspector.ServiceTier);
    }

    [Fact]
    public void Row12_SnowflakeEmptyFinishReason_BecomesToolCalls()
    {
        var edit = Assert.Single(Facts("snowflake.chat.completions.e1300c9850").Edits);

        Assert.Equal("\"tool_calls\"", Encoding.UTF8.GetString(edit.Replacement.Span));
    }

    [Fact]
    public void Row13_BedrockDataBeforeEvent_IsUnderstood()
    {
        var (inspector, kinds) = Replay("bedrock-mantle.responses.436faddc8a");

        Assert.Equal(StreamEventKind.Preamble, kinds[0]);
        Assert.True(inspector.IsComplete);
        Assert.Equal(115, inspector.Usage?.InputTokens);
    }

    [Fact]
    public void Row22_GeminiWithoutContent_KeepsTheReportedNumbers()
    {
        var facts = Facts("google-gemini.chat.completions.b0f5d7fb12");

        Assert.Equal(new Usage { InputTokens = 7 }, facts.Usage);
        Assert.Equal("length", facts.FinishReason);
        Assert.True(facts.HasAnswer);
    }

    [Fact]
    public void Row26_MistralToolCallsWithoutType_AreRead()
    {
        var facts = Facts("mistral.chat.completions.c6eb125abf");

        Assert.Equal("tool_calls", facts.FinishReason);
        Assert.Empty(facts.Edits);
    }

    [Fact]
    public void Row27_HuggingFaceExtraMembers_AreTolerated()
    {
        var (inspector, kinds) = Replay("huggingface.chat.completions.1f5b5d1e90");

        Assert.DoesNotContain(StreamEventKind.Malformed, kinds);
        Assert.True(inspector.IsComplete);
        Assert.NotNull(inspector.Usage);
    }

    [Fact]
    public void Row28_DeepSeek400AndBareIds_AreRead()
    {
        Assert.Equal("No tool output found for tool call call-a.", Error("deepseek.responses.ce5ad8af73").Message);

        var id = "deepseek.responses.f19ed6b464";
        var interaction = Interaction.ById(id);
        if (interaction.IsStream)
            Assert.True(Replay(id).Inspector.IsComplete);
        else
            Assert.True(Facts(id).ResponseIdValue.Exists);
    }

    [Fact]
    public void Row29_ZaiWithoutFinishReasonUntilTheEnd_IsComplete()
    {
        var (inspector, kinds) = Replay("zai.chat.completions.5763cbfb92");

        Assert.Equal(StreamEventKind.Content, kinds[0]);
        Assert.True(inspector.IsComplete);
        Assert.Equal(561, inspector.Usage?.ReasoningTokens);
    }

    [Fact]
    public void Row34_VllmBase64Embeddings_PassAsAnswer()
    {
        var facts = Facts("vllm.embeddings.4543c5add6");

        Assert.True(facts.HasAnswer);
        Assert.Equal(new Usage { InputTokens = 11 }, facts.Usage);
    }

    [Fact]
    public void Row35_Obfuscation_IsNotCounted()
    {
        var (inspector, _) = Replay("openai.chat.completions.28f1e11468");

        Assert.InRange(inspector.EstimatedOutputTokens, inspector.Usage!.OutputTokens * 7 / 10, inspector.Usage.OutputTokens * 13 / 10);
    }

    [Theory]
    [InlineData("voyageai.embeddings.de44adc09b", "Model nonexistent is not supported.", ProviderErrorKind.ModelNotFound)]
    [InlineData("cohere.embed.04a4871ad0", "model 'nonexistent' not found", ProviderErrorKind.ModelNotFound)]
    [InlineData("bedrock.converse.c3d4c89d68", "", null)]
    [InlineData("google-gemini.generateContent.a8419c6cf1", "models/gemini-3.6-flahs is not found", ProviderErrorKind.ModelNotFound)]
    public void Row36_ErrorBodiesOfAnyShape_KeepTheirWords(string id, string start, ProviderErrorKind? kind)
    {
        var error = Error(id);

        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("answered with status", error.Message, StringComparison.Ordinal);
        Assert.Equal(kind ?? error.Kind, error.Kind);
    }

    private static (StreamInspector Inspector, List<StreamEventKind> Kinds) Replay(string id)
    {
        var interaction = Interaction.ById(id);
        var inspector = new StreamInspector(interaction.Operation, UsageRules.OpenAI);
        return (inspector, StreamReplay.Run(inspector, interaction.ResponseBody));
    }

    private static ResponseFacts Facts(string id)
    {
        var interaction = Interaction.ById(id);
        return ResponseInspector.Inspect(interaction.Operation, interaction.ResponseBody, UsageRules.OpenAI);
    }

    private static ProviderError Error(string id)
    {
        var interaction = Interaction.ById(id);
        return ProviderError.Parse(interaction.Status, interaction.ResponseBody);
    }
}
