using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pins that documents are ordered by every provider that can, asked in its own form.</summary>
public sealed class RerankFormTests(FormsFixture fixture) : IClassFixture<FormsFixture>
{
    [Theory]
    [InlineData("cohere/rerank-v3.5", "/cohere/rerank", """{"model":"rerank-v3.5","query":"capital","documents":["Rome","Paris"],"top_n":2}""")]
    [InlineData("voyage/rerank-2", "/voyage/rerank", """{"model":"rerank-2","query":"capital","documents":["Rome","Paris"],"top_k":2}""")]
    [InlineData("jina/jina-reranker-v2", "/jina/rerank", """{"model":"jina-reranker-v2","query":"capital","documents":["Rome","Paris"],"top_n":2,"return_documents":false}""")]
    [InlineData("bedrock/cohere.rerank-v3-5:0", "/bedrock/model/cohere.rerank-v3-5%3A0/invoke", """{"api_version":2,"query":"capital","documents":["Rome","Paris"],"top_n":2}""")]
    [InlineData("bedrock/amazon.rerank-v1:0", "/bedrock/model/amazon.rerank-v1%3A0/invoke", """{"query":"capital","documents":["Rome","Paris"],"top_n":2}""")]
    public async Task Documents_AreOrderedInTheProvidersOwnForm(string model, string target, string body)
    {
        var answer = await fixture.PostAsync("/v1/rerank", $$"""{"model":"{{model}}","query":"capital","documents":["Rome",{"text":"Paris"}],"top_n":2,"return_documents":true}""");

        Assert.True(answer.Status == 200, answer.Text);
        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(target, seen.Target);
        Assert.Equal(body, seen.Text);
        var results = JsonNode.Parse(answer.Body)!["results"]!.AsArray();
        Assert.Equal([1, 0], results.Select(result => (int)result!["index"]!));
        Assert.Equal([0.9, 0.25], results.Select(result => (double)result!["relevance_score"]!));
        Assert.Equal(["Paris", "Rome"], results.Select(result => (string)result!["document"]!["text"]!));
    }

    [Theory]
    [InlineData("cohere/rerank-v3.5", "search_units", 1, "0.002")]
    [InlineData("bedrock/cohere.rerank-v3-5:0", "search_units", 1, "0.002")]
    [InlineData("voyage/rerank-2", "input_tokens", 26, null)]
    [InlineData("jina/jina-reranker-v2-base-multilingual", "input_tokens", 26, null)]
    public async Task Usage_IsInTheRecordAndPriced(string model, string member, int count, string? cost)
    {
        var answer = await fixture.PostAsync("/v1/rerank", $$"""{"model":"{{model}}","query":"capital","documents":["Rome","Paris"]}""");

        var record = await fixture.RecordAsync(answer);
        Assert.Equal(count, record.GetProperty("usage").GetProperty(member).GetInt64());
        if (cost is not null)
            Assert.Contains($"\"{cost}\"", record.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CohereCallerAtCohere_PassesBytesBothWays()
    {
        const string Body = """{"model":"cohere/rerank-v3.5", "query":"capital","documents":["Rome", "Paris"],"max_tokens_per_doc":99}""";

        var answer = await fixture.PostAsync("/v2/rerank", Body);

        var seen = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/cohere/rerank", seen.Target);
        Assert.Equal(Body.Replace("cohere/", "", StringComparison.Ordinal), seen.Text);
        Assert.Equal(VectorProvider.Answer(seen).Body, answer.Body);
        Assert.Equal(1, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("search_units").GetInt64());
    }

    [Fact]
    public async Task DocumentsThatAreObjects_BecomeLinesAndAreNamed()
    {
        var answer = await fixture.PostAsync("/v2/rerank", """{"model":"voyage/rerank-2","query":"capital","documents":["Rome",{"name":"Paris","river":"Seine"}]}""");

        Assert.Contains("name: Paris\\nriver: Seine", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
        Assert.Contains("~documents[1]", answer.Headers["x-gateway-dropped"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "query":"q","documents":[] """, "documents")]
    [InlineData(""" "query":"q","documents":["a",5] """, "documents[1]")]
    [InlineData(""" "query":"q","documents":"a" """, "documents")]
    [InlineData(""" "query":["q"],"documents":["a"] """, "query")]
    [InlineData(""" "documents":["a"] """, "query")]
    [InlineData(""" "query":"q","documents":["a"],"top_n":0 """, "top_n")]
    [InlineData(""" "query":"q","documents":["a"],"top_n":"one" """, "top_n")]
    public async Task BadInput_IsRefusedWithItsNameAndNotSent(string members, string param)
    {
        var answer = await fixture.PostAsync("/v1/rerank", $$"""{"model":"voyage/rerank-2",{{members}}}""");

        Assert.True(answer.Status == 400, answer.Text);
        Assert.Equal(param, JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("param").GetString());
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task MoreDocumentsThanTheProviderTakes_AreRefused()
    {
        var answer = await fixture.PostAsync("/v1/rerank", JsonSerializer.Serialize(new { model = "voyage/rerank-2", query = "q", documents = Enumerable.Repeat("x", 1001) }));

        Assert.Equal(400, answer.Status);
        Assert.Equal("documents", JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetProperty("param").GetString());
    }
}
