using System.Buffers;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Protocols.Gemini;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins embeddings, both ways, and the requests for token counts.</summary>
public sealed class GeminiEmbeddingsTests
{
    private static readonly GeminiContentEmbeddings Gemini = GeminiContentEmbeddings.Instance;

    private static readonly OpenAIEmbeddings OpenAI = OpenAIEmbeddings.Instance;

    [Fact]
    public void OpenAICall_IsABatchAndItsAnswerAList()
    {
        var request = OpenAI.ReadRequest(Utf8("""{"model":"m","input":["a","b"],"dimensions":2,"encoding_format":"base64","user":"u"}"""));
        var translation = new Translation { Model = "g" };
        AssertJson(
            """{"requests":[{"model":"models/g","content":{"parts":[{"text":"a"}]},"outputDimensionality":2},{"model":"models/g","content":{"parts":[{"text":"b"}]},"outputDimensionality":2}]}""",
            Written(output => Gemini.WriteRequest(request, translation, output)));
        Assert.Equal(["user"], Paths(translation));
        var answer = Gemini.ReadAnswer(Utf8("""{"embeddings":[{"values":[1,-0.5]},{"values":[0,2]}]}"""));
        Assert.Null(answer.Usage);
        AssertJson(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAL8="},{"object":"embedding","index":1,"embedding":"AAAAAAAAAEA="}],"model":"m","usage":{"prompt_tokens":0,"total_tokens":0}}""",
            Written(output => OpenAI.WriteAnswer(answer, request, translation, output)));
        request.AsBase64 = false;
        AssertJson("[1,-0.5]", Written(output => OpenAI.WriteAnswer(answer, request, translation, output))["data"]![0]!["embedding"]);
    }

    [Fact]
    public void SingleText_IsOneContent()
    {
        var request = OpenAI.ReadRequest(Utf8("""{"model":"m","input":"a"}"""));
        AssertJson("""{"content":{"parts":[{"text":"a"}]}}""", Written(output => GeminiContentEmbeddings.Vertex.WriteRequest(request, new Translation { Model = "g" }, output)));
        var answer = Gemini.ReadAnswer(Utf8("""{"embedding":{"values":[1]},"usageMetadata":{"promptTokenCount":7}}"""));
        Assert.Equal(7, answer.Usage?.InputTokens);
    }

    [Fact]
    public void GeminiCall_IsOpenAIsAndItsAnswerGooglesForm()
    {
        var request = Gemini.ReadRequest(Utf8("""{"requests":[{"model":"models/x","content":{"parts":[{"text":"a"},{"text":"b"}]},"taskType":"RETRIEVAL_QUERY","output_dimensionality":3,"title":"t"}]}"""));
        Assert.Equal("x", request.Model);
        var translation = new Translation { Model = "o" };
        AssertJson("""{"model":"o","input":["ab"],"dimensions":3}""", Written(output => OpenAI.WriteRequest(request, translation, output)));
        Assert.Equal(["input_type", "title"], Paths(translation));
        var answer = OpenAI.ReadAnswer(Utf8("""{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":"AACAPw=="}],"model":"o","usage":{"prompt_tokens":5}}"""));
        AssertJson("""{"embeddings":[{"values":[1]},{"values":[2]}],"usageMetadata":{"promptTokenCount":5,"totalTokenCount":5}}""", Written(output => Gemini.WriteAnswer(answer, request, translation, output)));
    }

    [Theory]
    [InlineData("""{"model":"m","input":[[1,2]]}""")]
    [InlineData("""{"model":"m","input":[1,2]}""")]
    [InlineData("""{"model":"m"}""")]
    public void TokenIdsAndNothing_AreRefused(string body) =>
        Assert.Throws<ChatFormatException>(() => Gemini.WriteRequest(OpenAI.ReadRequest(Utf8(body)), new Translation(), new ArrayBufferWriter<byte>()));

    [Fact]
    public void TokenCounts_AreAskedForInEachHostsForm()
    {
        var request = GeminiTokenCounts.ReadRequest(Utf8("""{"generateContentRequest":{"model":"models/g","contents":[{"role":"user","parts":[{"text":"a"}]}]}}"""));
        Assert.Equal("g", request.Model);
        AssertJson("""{"generateContentRequest":{"model":"models/h","contents":[{"role":"user","parts":[{"text":"a"}]}]}}""", Written(output => GeminiTokenCounts.WriteRequest(request, "h", vertex: false, new Translation(), output)));
        AssertJson("""{"contents":[{"role":"user","parts":[{"text":"a"}]}]}""", Written(output => GeminiTokenCounts.WriteRequest(request, "h", vertex: true, new Translation(), output)));
    }

    private static JsonNode Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }
}
