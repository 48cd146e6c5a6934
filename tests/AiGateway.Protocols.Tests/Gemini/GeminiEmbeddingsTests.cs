using System.Buffers;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins embeddings and token counts, both ways.</summary>
public sealed class GeminiEmbeddingsTests
{
    [Fact]
    public void OpenAICall_IsABatchAndItsAnswerAList()
    {
        var call = GeminiEmbeddings.ReadOpenAIRequest(Utf8("""{"model":"m","input":["a","b"],"dimensions":2,"encoding_format":"base64","user":"u"}"""));
        var translation = new Translation();
        AssertJson(
            """{"requests":[{"model":"models/g","content":{"parts":[{"text":"a"}]},"outputDimensionality":2},{"model":"models/g","content":{"parts":[{"text":"b"}]},"outputDimensionality":2}]}""",
            Written(output => GeminiEmbeddings.WriteGeminiRequest(call, "g", single: false, translation, output)));
        Assert.Equal(["user"], Paths(translation));
        var answer = GeminiEmbeddings.ReadGeminiAnswer(Utf8("""{"embeddings":[{"values":[1,-0.5]},{"values":[0,2]}]}"""));
        Assert.Null(answer.InputTokens);
        AssertJson(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAL8="},{"object":"embedding","index":1,"embedding":"AAAAAAAAAEA="}],"model":"m","usage":{"prompt_tokens":0,"total_tokens":0}}""",
            Written(output => GeminiEmbeddings.WriteOpenAIAnswer(answer, call, output)));
        call.IsBase64 = false;
        AssertJson("[1,-0.5]", Written(output => GeminiEmbeddings.WriteOpenAIAnswer(answer, call, output))["data"]![0]!["embedding"]);
    }

    [Fact]
    public void SingleText_IsOneContent()
    {
        var call = GeminiEmbeddings.ReadOpenAIRequest(Utf8("""{"model":"m","input":"a"}"""));
        AssertJson("""{"content":{"parts":[{"text":"a"}]}}""", Written(output => GeminiEmbeddings.WriteGeminiRequest(call, "g", single: true, new Translation(), output)));
        var answer = GeminiEmbeddings.ReadGeminiAnswer(Utf8("""{"embedding":{"values":[1]},"usageMetadata":{"promptTokenCount":7}}"""));
        Assert.Equal(7, answer.InputTokens);
    }

    [Fact]
    public void GeminiCall_IsOpenAIsAndItsAnswerGooglesForm()
    {
        var call = GeminiEmbeddings.ReadGeminiRequest(Utf8("""{"requests":[{"model":"models/x","content":{"parts":[{"text":"a"},{"text":"b"}]},"taskType":"RETRIEVAL_QUERY","output_dimensionality":3}]}"""));
        Assert.Equal("x", call.Model);
        var translation = new Translation();
        AssertJson("""{"model":"o","input":["ab"],"dimensions":3,"encoding_format":"float"}""", Written(output => GeminiEmbeddings.WriteOpenAIRequest(call, "o", translation, output)));
        Assert.Equal(["taskType"], Paths(translation));
        var answer = GeminiEmbeddings.ReadOpenAIAnswer(Utf8("""{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":"AACAPw=="}],"model":"o","usage":{"prompt_tokens":5}}"""));
        AssertJson("""{"embeddings":[{"values":[1]},{"values":[2]}],"usageMetadata":{"promptTokenCount":5,"totalTokenCount":5}}""", Written(output => GeminiEmbeddings.WriteGeminiAnswer(answer, call, output)));
    }

    [Theory]
    [InlineData("""{"model":"m","input":[[1,2]]}""")]
    [InlineData("""{"model":"m","input":[1,2]}""")]
    [InlineData("""{"model":"m"}""")]
    public void TokenIdsAndNothing_AreRefused(string body) => Assert.Throws<ChatFormatException>(() => GeminiEmbeddings.ReadOpenAIRequest(Utf8(body)));

    [Fact]
    public void TokenCounts_GoBothWays()
    {
        var request = GeminiTokenCounts.ReadRequest(Utf8("""{"generateContentRequest":{"model":"models/g","contents":[{"role":"user","parts":[{"text":"a"}]}]}}"""));
        Assert.Equal("g", request.Model);
        AssertJson("""{"generateContentRequest":{"model":"models/h","contents":[{"role":"user","parts":[{"text":"a"}]}]}}""", Written(output => GeminiTokenCounts.WriteRequest(request, "h", vertex: false, new Translation(), output)));
        AssertJson("""{"contents":[{"role":"user","parts":[{"text":"a"}]}]}""", Written(output => GeminiTokenCounts.WriteRequest(request, "h", vertex: true, new Translation(), output)));
        Assert.Equal(12, GeminiTokenCounts.ReadAnswer(Utf8("""{"totalTokens":12}""")));
        AssertJson("""{"totalTokens":12}""", Written(output => GeminiTokenCounts.WriteAnswer(12, output)));
    }

    private static JsonNode Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }
}
