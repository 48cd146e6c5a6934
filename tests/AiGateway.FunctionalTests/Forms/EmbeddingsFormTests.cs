using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pins that OpenAI's and Cohere's callers get vectors of every provider, asked for in its own form: body, path, split, order, usage, cost.</summary>
public sealed class EmbeddingsFormTests(FormsFixture fixture) : IClassFixture<FormsFixture>
{
    private const string Texts = """["one","seven","eleven!"]""";

    public static TheoryData<string, string, string> Forms => new()
    {
        { "google/gemini-embedding-001", "/google/models/gemini-embedding-001:batchEmbedContents", """{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"one"}]},"outputDimensionality":2},{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"seven"}]},"outputDimensionality":2},{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"eleven!"}]},"outputDimensionality":2}]}""" },
        { "vertex/text-embedding-005", "/vertex/models/text-embedding-005:predict", """{"instances":[{"content":"one"},{"content":"seven"},{"content":"eleven!"}],"parameters":{"outputDimensionality":2}}""" },
        { "cohere/embed-v4.0", "/cohere/embed", """{"model":"embed-v4.0","input_type":"search_document","texts":["one","seven","eleven!"],"embedding_types":["float"],"output_dimension":2}""" },
        { "voyage/voyage-3.5", "/voyage/embeddings", """{"model":"voyage-3.5","input":["one","seven","eleven!"],"output_dimension":2}""" },
        { "jina/jina-embeddings-v3", "/jina/embeddings", """{"model":"jina-embeddings-v3","input":["one","seven","eleven!"],"dimensions":2}""" },
        { "mistral/codestral-embed", "/mistral/embeddings", """{"model":"codestral-embed","input":["one","seven","eleven!"],"output_dimension":2}""" },
        { "bedrock/cohere.embed-english-v3", "/bedrock/model/cohere.embed-english-v3/invoke", """{"input_type":"search_document","texts":["one","seven","eleven!"],"output_dimension":2}""" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task OpenAIsCaller_IsAnsweredFromTheProvidersOwnForm(string model, string target, string body)
    {
        var answer = await fixture.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":{{Texts}},"dimensions":2}""");

        Assert.True(answer.Status == 200, answer.Text);
        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(target, seen.Target);
        Assert.Equal(body, seen.Text);
        var root = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal("list", root.GetProperty("object").GetString());
        Assert.Equal([3f, 5f, 7f], root.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding")[0].GetSingle()));
        Assert.Equal([0, 1, 2], root.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("index").GetInt32()));
        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal(root.GetProperty("usage").GetProperty("prompt_tokens").GetInt64(), usage.GetProperty("input_tokens").GetInt64());
        Assert.Equal(model.StartsWith("google", StringComparison.Ordinal), usage.TryGetProperty("estimated", out var estimated) && estimated.GetBoolean());
        if (!model.StartsWith("google", StringComparison.Ordinal))
            Assert.Equal(15, usage.GetProperty("input_tokens").GetInt64());
    }

    [Theory]
    [InlineData("google/gemini-embedding-001")]
    [InlineData("vertex/gemini-embedding-001")]
    [InlineData("vertex/gemini-embedding-2")]
    [InlineData("cohere/embed-v4.0")]
    [InlineData("voyage/voyage-3.5")]
    [InlineData("jina/jina-embeddings-v3")]
    [InlineData("mistral/codestral-embed")]
    [InlineData("bedrock/amazon.titan-embed-text-v2:0")]
    [InlineData("bedrock/cohere.embed-english-v3")]
    [InlineData("vllm/e5")]
    [InlineData("openai/text-embedding-3-small")]
    public async Task Base64_IsOf32BitFloatsWhateverTheProviderDoes(string model)
    {
        var answer = await fixture.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":"seven","encoding_format":"base64"}""");

        Assert.True(answer.Status == 200, answer.Text);
        var text = JsonDocument.Parse(answer.Body).RootElement.GetProperty("data")[0].GetProperty("embedding").GetString()!;
        var bytes = Convert.FromBase64String(text);
        Assert.Equal([5f, 0.5f], [BitConverter.ToSingle(bytes, 0), BitConverter.ToSingle(bytes, 4)]);
        Assert.Equal(8, bytes.Length);
    }

    [Theory]
    [InlineData("google/gemini-embedding-001", 250, 3)]
    [InlineData("bedrock/amazon.titan-embed-text-v2:0", 23, 23)]
    [InlineData("cohere/embed-v4.0", 97, 2)]
    [InlineData("vertex/gemini-embedding-001", 5, 5)]
    [InlineData("mistral/mistral-embed", 600, 2)]
    [InlineData("voyage/voyage-3.5", 1000, 2)]
    public async Task MoreInputsThanTheProviderTakes_AreSeveralCallsInOrderWithUsageSummed(string model, int inputs, int calls)
    {
        var texts = Enumerable.Range(1, inputs).Select(length => new string('x', length)).ToArray();

        var answer = await fixture.PostAsync("/v1/embeddings", JsonSerializer.Serialize(new { model, input = texts }));

        Assert.True(answer.Status == 200, answer.Text);
        // Some are split further, for their length.
        Assert.InRange(fixture.Upstream.Received.Count, calls, calls * 3);
        var root = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(texts.Select(text => (float)text.Length), root.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("embedding")[0].GetSingle()));
        var record = await fixture.RecordAsync(answer);
        Assert.Equal(1, record.GetProperty("attempts").GetArrayLength());
        if (!model.StartsWith("google", StringComparison.Ordinal))
            Assert.Equal(texts.Sum(text => text.Length), record.GetProperty("usage").GetProperty("input_tokens").GetInt64());
    }

    [Fact]
    public async Task OneCallOfSeveralFails_TheAttemptFailsWhole()
    {
        var texts = Enumerable.Range(1, 30).Select(length => length == 11 ? VectorProvider.Poison : new string('x', length)).ToArray();

        var answer = await fixture.PostAsync("/v1/embeddings", JsonSerializer.Serialize(new { model = "bedrock/amazon.titan-embed-text-v2:0", input = texts }));

        Assert.Equal(502, answer.Status);
        Assert.True(fixture.Upstream.Received.Count < 30);
        var attempt = (await fixture.RecordAsync(answer)).GetProperty("attempts")[0];
        Assert.Equal("server_error", attempt.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Cost_IsThatOfTheSummedUsage()
    {
        var answer = await fixture.PostAsync("/v1/embeddings", """{"model":"bedrock/amazon.titan-embed-text-v2:0","input":["one","two","seven"]}""");

        var record = await fixture.RecordAsync(answer);
        Assert.Equal(11, record.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        Assert.Contains("0.000011", record.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task VllmWithoutBase64_GetsTheCallersBytes()
    {
        const string Body = """{"model":"vllm/e5", "input": [ "one" ], "truncate_prompt_tokens":5}""";

        var answer = await fixture.PostAsync("/v1/embeddings", Body);

        Assert.Equal(200, answer.Status);
        Assert.Equal(Body.Replace("vllm/e5", "e5", StringComparison.Ordinal), fixture.Upstream.Received[0].Text);
    }

    [Fact]
    public async Task CohereCallerAtCohere_PassesBytesBothWays()
    {
        const string Body = """{"model":"cohere/embed-v4.0", "texts": ["one"], "input_type":"search_query","embedding_types":["float"], "unknown":1}""";

        var answer = await fixture.PostAsync("/v2/embed", Body);

        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/cohere/embed", seen.Target);
        Assert.Equal(Body.Replace("cohere/embed", "embed", StringComparison.Ordinal), seen.Text);
        Assert.Equal(VectorProvider.Answer(seen).Body, answer.Body);
        var record = await fixture.RecordAsync(answer);
        Assert.Equal(3, record.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        Assert.Contains("0.0000003", record.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai/text-embedding-3-small", "/openai/embeddings")]
    [InlineData("google/gemini-embedding-001", "/google/models/gemini-embedding-001:batchEmbedContents")]
    [InlineData("bedrock/amazon.titan-embed-text-v2:0", "/bedrock/model/amazon.titan-embed-text-v2%3A0/invoke")]
    public async Task CohereCallerElsewhere_IsAnsweredInCoheresForm(string model, string target)
    {
        var answer = await fixture.PostAsync("/v2/embed", $$"""{"model":"{{model}}","texts":["one","seven"],"input_type":"search_query","embedding_types":["float","int8"]}""");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.All(fixture.Upstream.Received, seen => Assert.Equal(target, seen.Target));
        var root = JsonNode.Parse(answer.Body)!;
        Assert.Equal([3f, 5f], root["embeddings"]!["float"]!.AsArray().Select(vector => (float)vector![0]!));
        Assert.Equal(["one", "seven"], root["texts"]!.AsArray().Select(text => (string)text!));
        Assert.Contains("embedding_types", answer.Headers["x-gateway-dropped"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai/text-embedding-3-small")]
    [InlineData("google/gemini-embedding-001")]
    [InlineData("cohere/embed-v4.0")]
    public async Task GeminiCaller_IsAnsweredInGeminisForm(string model)
    {
        var answer = await fixture.PostAsync($"/v1beta/models/{model}:batchEmbedContents", $$"""{"requests":[{"model":"models/{{model}}","content":{"parts":[{"text":"one"}]},"taskType":"RETRIEVAL_QUERY"},{"model":"models/{{model}}","content":{"parts":[{"text":"seven"}]},"taskType":"RETRIEVAL_QUERY"}]}""");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal([3f, 5f], JsonNode.Parse(answer.Body)!["embeddings"]!.AsArray().Select(item => (float)item!["values"]![0]!));
        var sent = Assert.Single(fixture.Upstream.Received).Text;
        Assert.Contains(model[(model.IndexOf('/', StringComparison.Ordinal) + 1)..], sent, StringComparison.Ordinal);
        Assert.DoesNotContain(model, sent, StringComparison.Ordinal);

        answer = await fixture.PostAsync($"/v1beta/models/{model}:embedContent", """{"content":{"parts":[{"text":"seven"}]}}""");
        Assert.Equal(5f, (float)JsonNode.Parse(answer.Body)!["embedding"]!["values"]![0]!);

        answer = await fixture.PostAsync($"/v1beta/models/{model}:batchEmbedContents", """{"requests":[]}""");
        Assert.Equal(400, answer.Status);
        Assert.Equal("INVALID_ARGUMENT", (string)JsonNode.Parse(answer.Body)!["error"]!["status"]!);
    }

    [Fact]
    public async Task InputType_IsWrittenInTheProvidersWords()
    {
        await fixture.PostAsync("/v1/embeddings", """{"model":"google/gemini-embedding-001","input":"one","input_type":"query"}""");
        Assert.Contains("\"taskType\":\"RETRIEVAL_QUERY\"", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);

        await fixture.PostAsync("/v1/embeddings", """{"model":"jina/jina-embeddings-v3","input":"one","input_type":"query","late_chunking":true}""");
        Assert.Contains("\"task\":\"retrieval.query\"", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
        Assert.Contains("\"late_chunking\":true", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("google/m", """ "input":[] """, "input")]
    [InlineData("google/m", """ "input":"" """, "input")]
    [InlineData("google/m", """ "input":["one",""] """, "input[1]")]
    [InlineData("google/m", """ "input":["one",5] """, "input[1]")]
    [InlineData("google/m", """ "input":{"text":"one"} """, "input")]
    [InlineData("google/m", """ "input":[1,2,3] """, "input[0]")]
    [InlineData("google/m", """ "input":"one","dimensions":"two" """, "dimensions")]
    [InlineData("google/m", """ "input":"one","dimensions":0 """, "dimensions")]
    [InlineData("google/m", """ "input":"one","encoding_format":"hex" """, "encoding_format")]
    [InlineData("voyage/m", """ "input":[[1,2,3]] """, "input[0]")]
    [InlineData("strict/m", """ "input":"one","user":"u" """, "user")]
    [InlineData("google/m", """ "inputs":"one" """, "input")]
    public async Task BadInput_IsRefusedWithItsNameAndNotSent(string model, string members, string param)
    {
        var answer = await fixture.PostAsync("/v1/embeddings", $$"""{"model":"{{model}}",{{members}}}""");

        Assert.True(answer.Status == 400, answer.Text);
        Assert.Equal(param, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("param").GetString());
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task MoreInputsThanOpenAITakes_AreRefused()
    {
        var answer = await fixture.PostAsync("/v1/embeddings", JsonSerializer.Serialize(new { model = "google/m", input = Enumerable.Repeat("x", 2049) }));

        Assert.Equal(400, answer.Status);
        Assert.Equal("input", JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("""{"model":"google/m","texts":[]}""")]
    [InlineData("""{"model":"google/m","texts":[""]}""")]
    [InlineData("""{"model":"google/m","texts":"one","output_dimension":"x"}""")]
    [InlineData("""{"model":"google/m"}""")]
    public async Task BadInputOfACohereCaller_IsRefusedInItsShape(string body)
    {
        var answer = await fixture.PostAsync("/v2/embed", body);

        Assert.True(answer.Status == 400, answer.Text);
        var root = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal(["id", "message"], root.EnumerateObject().Select(member => member.Name));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData("google", """{"embeddings":[{"values":[1]}]}""")]
    [InlineData("google", """{"embeddings":"none"}""")]
    [InlineData("cohere", """{"embeddings":{"float":[[1],[2],[3]]}}""")]
    [InlineData("voyage", """{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}""")]
    [InlineData("mistral", """[]""")]
    public async Task AnswerThatIsNone_FailsTheAttempt(string kind, string body)
    {
        fixture.Upstream.Respond = null;
        fixture.Upstream.Answer = UpstreamAnswer.Json(body);
        try
        {
            var answer = await fixture.PostAsync("/v1/embeddings", $$"""{"model":"{{kind}}/m","input":["one","two"]}""");

            Assert.Equal(502, answer.Status);
            Assert.Equal("nonsense", (await fixture.RecordAsync(answer)).GetProperty("attempts")[0].GetProperty("outcome").GetString());
        }
        finally
        {
            fixture.Upstream.Respond = VectorProvider.Answer;
        }
    }

    [Fact]
    public async Task ProvidersRefusal_KeepsItsMessage()
    {
        fixture.Upstream.Respond = null;
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"detail":"Model nonexistent is not supported."}""", 400);
        try
        {
            var answer = await fixture.PostAsync("/v1/embeddings", """{"model":"voyage/nonexistent","input":"one"}""");

            Assert.Contains("Model nonexistent is not supported.", answer.Text, StringComparison.Ordinal);
        }
        finally
        {
            fixture.Upstream.Respond = VectorProvider.Answer;
        }
    }
}
