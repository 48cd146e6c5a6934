using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Rerank;
using AiGateway.Protocols.Tests.Cohere;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Rerank;

public sealed class RerankTests
{
    private const string Request = """{"model":"x","query":"q","documents":["one",{"text":"two"},{"title":"T","body":"three"}],"top_n":2,"return_documents":true}""";

    [Theory]
    [InlineData(RerankForm.Cohere, """{"model":"t","query":"q","documents":["one","two","title: T\nbody: three"],"top_n":2}""")]
    [InlineData(RerankForm.Voyage, """{"model":"t","query":"q","documents":["one","two","title: T\nbody: three"],"top_k":2}""")]
    [InlineData(RerankForm.Jina, """{"model":"t","query":"q","documents":["one","two","title: T\nbody: three"],"top_n":2,"return_documents":false}""")]
    [InlineData(RerankForm.BedrockInvoke, """{"query":"q","documents":["one","two","title: T\nbody: three"],"top_n":2}""")]
    [InlineData(RerankForm.Bedrock, """
        {"queries":[{"type":"TEXT","textQuery":{"text":"q"}}],
         "sources":[{"type":"INLINE","inlineDocumentSource":{"type":"TEXT","textDocument":{"text":"one"}}},{"type":"INLINE","inlineDocumentSource":{"type":"TEXT","textDocument":{"text":"two"}}},
                    {"type":"INLINE","inlineDocumentSource":{"type":"JSON","jsonDocument":{"title":"T","body":"three"}}}],
         "rerankingConfiguration":{"type":"BEDROCK_RERANKING_MODEL","bedrockRerankingConfiguration":{"modelConfiguration":{"modelArn":"t"},"numberOfResults":2}}}
        """)]
    public void CallersRequest_IsSaidInEachForm(RerankForm form, string expected)
    {
        var request = CohereRerank.Instance.ReadRequest(Encoding.UTF8.GetBytes(Request));
        var translation = new Translation { Model = "t" };
        var output = new ArrayBufferWriter<byte>();
        RerankCodec.Of(form).WriteRequest(request, translation, output);

        Assert.True(RecordedFile.AreSame(Encoding.UTF8.GetBytes(expected), output.WrittenSpan), Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(form == RerankForm.Bedrock ? [] : ["documents[2]"], translation.Losses.Select(l => l.Path));
        var again = RerankCodec.Of(form).ReadRequest(output.WrittenMemory);
        Assert.Equal((request.Query, request.TopN, request.Documents.Count), (again.Query, again.TopN, again.Documents.Count));
    }

    [Theory]
    [InlineData(RerankForm.Cohere, """{"id":"i","results":[{"index":2,"relevance_score":0.9},{"index":0,"relevance_score":0.1}],"meta":{"billed_units":{"search_units":1}}}""", 1, 0)]
    [InlineData(RerankForm.Voyage, """{"object":"list","data":[{"index":2,"relevance_score":0.9},{"index":0,"relevance_score":0.1}],"model":"t","usage":{"total_tokens":57}}""", 0, 57)]
    [InlineData(RerankForm.Jina, """{"model":"t","usage":{"total_tokens":57},"results":[{"index":2,"document":{"text":"three"},"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}""", 0, 57)]
    [InlineData(RerankForm.Bedrock, """{"results":[{"index":2,"relevanceScore":0.9},{"index":0,"relevanceScore":0.1}]}""", 0, 0)]
    public void AnswersOfEachForm_AreTheSameAnswer(RerankForm form, string body, long units, long tokens)
    {
        var answer = RerankCodec.Of(form).ReadAnswer(Encoding.UTF8.GetBytes(body));

        Assert.Equal([new RerankResult(2, 0.9), new RerankResult(0, 0.1)], answer.Results);
        Assert.Equal((units, tokens), (answer.Usage?.SearchUnits ?? 0, answer.Usage?.InputTokens ?? 0));

        var output = new ArrayBufferWriter<byte>();
        CohereRerank.Instance.WriteAnswer(answer, CohereRerank.Instance.ReadRequest(Encoding.UTF8.GetBytes(Request)), output);
        using var written = JsonDocument.Parse(output.WrittenMemory);
        Assert.Equal("three", written.RootElement.GetProperty("results")[0].GetProperty("document").GetProperty("body").GetString());
        Assert.Equal("one", written.RootElement.GetProperty("results")[1].GetProperty("document").GetProperty("text").GetString());
        Assert.Equal(answer.Usage, CohereRerank.Instance.ReadAnswer(output.WrittenMemory).Usage);
    }

    [Fact]
    public void EveryForm_ReadsWhatItWrites()
    {
        var request = CohereRerank.Instance.ReadRequest(Encoding.UTF8.GetBytes(Request));
        var answer = new RerankAnswer();
        answer.Results.Add(new RerankResult(1, 0.5));
        answer.Results.Add(new RerankResult(9, 0.4));
        foreach (var form in Enum.GetValues<RerankForm>())
        {
            var output = new ArrayBufferWriter<byte>();
            RerankCodec.Of(form).WriteAnswer(answer, request, output);
            // A result for a document that was never sent is left out.
            Assert.Equal([new RerankResult(1, 0.5)], RerankCodec.Of(form).ReadAnswer(output.WrittenMemory).Results);
        }
    }

    [Fact]
    public void RankFields_ChooseTheLines()
    {
        var request = CohereRerank.Instance.ReadRequest("""{"model":"x","query":"q","documents":[{"a":"1","b":2,"c":3}],"rank_fields":["c","a"]}"""u8.ToArray());
        var output = new ArrayBufferWriter<byte>();
        CohereRerank.Instance.WriteRequest(request, new Translation(), output);

        Assert.Equal("""{"model":"x","query":"q","documents":["c: 3\na: 1"]}""", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("""{"documents":["a"]}""", "query")]
    [InlineData("""{"query":"q","documents":[]}""", "documents")]
    [InlineData("""{"query":"q","documents":[1]}""", "documents[0]")]
    [InlineData("""{"query":"q","documents":["a"],"top_n":0}""", "top_n")]
    public void WrongRequest_IsRefusedWithItsPath(string body, string path)
    {
        Assert.Equal(path, Assert.Throws<ChatFormatException>(() => CohereRerank.Instance.ReadRequest(Encoding.UTF8.GetBytes(body))).Path);
    }

    [Theory]
    [InlineData("cohere.rerank", RerankForm.Cohere)]
    [InlineData("voyageai.rerank", RerankForm.Voyage)]
    public void Recordings_ComeBackWhole(string file, RerankForm form)
    {
        var codec = RerankCodec.Of(form);
        foreach (var exchange in RecordedFile.Load(file))
        {
            var request = codec.ReadRequest(exchange.Request);
            var output = new ArrayBufferWriter<byte>();
            codec.WriteRequest(request, new Translation(), output);
            Assert.True(RecordedFile.AreSame(exchange.Request, output.WrittenSpan), exchange.Id);
            output.Clear();
            codec.WriteAnswer(codec.ReadAnswer(exchange.Response), request, output);
            // v1's answers differ from v2's in their version number alone.
            var expected = Encoding.UTF8.GetString(exchange.Response).Replace("\"version\": \"1\"", "\"version\": \"2\"", StringComparison.Ordinal).Replace("\"version\":\"1\"", "\"version\":\"2\"", StringComparison.Ordinal);
            Assert.True(RecordedFile.AreSame(Encoding.UTF8.GetBytes(expected), output.WrittenSpan), exchange.Id + Encoding.UTF8.GetString(output.WrittenSpan));
        }
    }

    [Fact]
    public void DamagedBytes_ThrowNothingElse()
    {
        var mutator = new Mutator(10);
        byte[][] seeds =
        [
            Encoding.UTF8.GetBytes(Request),
            """{"id":"i","results":[{"index":2,"relevance_score":0.9,"relevanceScore":1}],"data":[],"meta":{"billed_units":{"search_units":1}}}"""u8.ToArray(),
            """{"queries":[{"textQuery":{"text":"q"}}],"sources":[{"inlineDocumentSource":{"textDocument":{"text":"one"}}},{"inlineDocumentSource":{"jsonDocument":{"a":1}}}]}"""u8.ToArray(),
        ];
        for (var round = 0; round < 3000; round++)
        {
            foreach (var form in Enum.GetValues<RerankForm>())
            {
                var codec = RerankCodec.Of(form);
                var bytes = mutator.Mutate(seeds[mutator.Next(seeds.Length)]);
                try
                {
                    codec.WriteRequest(codec.ReadRequest(bytes), new Translation(), new ArrayBufferWriter<byte>());
                }
                catch (ChatFormatException)
                {
                }
                try
                {
                    codec.ReadAnswer(bytes);
                }
                catch (ChatFormatException)
                {
                }
            }
        }
    }
}
