using System.Globalization;
using System.Text.Json;
using AiGateway.FunctionalTests.Ledger;
using AiGateway.FunctionalTests.PassThrough;
using static AiGateway.FunctionalTests.Caching.CachingFixture;
using static AiGateway.FunctionalTests.Caching.SemanticFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Questions that are embedded by an alias of the gateway's own: served and paid as they should be, and whatever happens to it a miss.</summary>
public sealed class AliasEmbedderTests
{
    [Fact]
    public async Task QuestionsThatMeanTheSame_AreServed_AndVectorsArePaidByTheirCaller()
    {
        await using var test = await EmbedderFixture.StartAsync();

        var taught = await TeachAsync(test.Gateway, "meaning", "");

        Assert.NotNull(taught);
        var (hit, request, _) = taught.Value;
        Assert.Contains("semantic=served", hit.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.All(test.Embeddings, seen => Assert.Contains("\"model\":\"embed-model\"", seen.Text, StringComparison.Ordinal));
        // The same question, asked with another temperature, has its vector already.
        var calls = test.Embeddings.Count;
        var again = await AskInDetailAsync(test.Gateway, request.Insert(1, "\"temperature\":0.5,"));
        Assert.Contains("semantic=nothing_near", again.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.Equal(calls, test.Embeddings.Count);

        var record = await test.Gateway.WaitForRecordAsync(each => each.TryGetProperty("purpose", out _));
        Assert.Equal(("embedding", "vectors", "alice", "red"), (Text(record, "purpose"), Text(record, "alias"), Text(record, "caller"), Text(record, "team")));
        Assert.Equal("0.000014", Text(record, "cost_usd"));
        var cause = await test.Gateway.ReadRecordsAsync(Text(record, "caused_by"));
        Assert.Equal("meaning", Text(cause, "alias"));
        await test.Gateway.StopAsync();
        var rows = LedgerRows.Read(test.Gateway.DataFolder, "select kind, count(*) from calls group by kind order by kind");
        Assert.Equal((long)calls, rows.Single(row => "embedding".Equals(row[0]))[1]);
    }

    [Theory]
    [InlineData("of another size", "unusable")]
    [InlineData("zero", "unusable")]
    [InlineData("not finite", "unusable")]
    [InlineData("missing", "unusable")]
    [InlineData("no answer", "failed")]
    [InlineData("a fault", "failed")]
    public async Task VectorsThatAreNone_AreAMissWithAReason(string defect, string reason)
    {
        await using var test = await EmbedderFixture.StartAsync(seen => defect switch
        {
            "of another size" => EmbedderFixture.Vectors(seen, static _ => [1, 2, 3]),
            "zero" => EmbedderFixture.Vectors(seen, static _ => new float[EmbedderFixture.Dimensions]),
            "not finite" => EmbedderFixture.Vectors(seen, static _ => Enumerable.Repeat(3e38f, EmbedderFixture.Dimensions)),
            "missing" => UpstreamAnswer.Json("""{"object":"list","data":[],"model":"embed-model","usage":{"prompt_tokens":1,"total_tokens":1}}"""),
            "no answer" => UpstreamAnswer.Json("""{"hello":"world"}"""),
            _ => UpstreamAnswer.Json("""{"error":{"message":"broken"}}""", 500),
        });

        var answer = await AskInDetailAsync(test.Gateway, Chat("meaning", "What is the capital of Austria?", ""));

        Assert.Equal((200, "miss"), (answer.Status, answer.Header("x-gateway-cache")));
        Assert.Contains("semantic=failed", answer.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(test, reason));
    }

    [Fact]
    public async Task VectorsThatComeTooLate_KeepNobodyWaiting_AndAreThereForTheNext()
    {
        using var release = new ManualResetEventSlim();
        await using var test = await EmbedderFixture.StartAsync(
            seen =>
            {
                release.Wait(TimeSpan.FromSeconds(20));
                return EmbedderFixture.Vectors(seen);
            }, timeout: "50ms");

        var answer = await AskInDetailAsync(test.Gateway, Chat("meaning", "What is the capital of Austria?", ""));
        release.Set();

        Assert.Equal((200, "miss"), (answer.Status, answer.Header("x-gateway-cache")));
        Assert.Contains("semantic=failed", answer.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync(test, "timed_out") + await CountAsync(test, "failed"));
    }

    [Fact]
    public async Task AnAliasThatFailsAndFails_IsLeftAloneForAWhile()
    {
        await using var test = await EmbedderFixture.StartAsync(static _ => UpstreamAnswer.Json("""{"error":{"message":"broken"}}""", 500));

        for (var i = 0; i < 8; i++)
            Assert.Equal(200, (await AskInDetailAsync(test.Gateway, Chat("meaning", $"What is the capital of {Places[i]}?", ""))).Status);

        Assert.Equal(5, test.Embeddings.Count);
        Assert.Equal((5, 3), (await CountAsync(test, "failed"), await CountAsync(test, "resting")));
    }

    [Fact]
    public async Task ManyQuestionsAtOnce_GoTogether_AndEachHasItsOwnVector()
    {
        await using var test = await EmbedderFixture.StartAsync();

        var answers = await Task.WhenAll(Places.Take(60).Select(place => AskInDetailAsync(test.Gateway, Chat("meaning", $"What is the capital of {place}?", ""))));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(60, await CountAsync(test, "embedded"));
        Assert.InRange(test.Embeddings.Count, 2, 59);
        Assert.Equal(60, test.Embeddings.Sum(seen => JsonDocument.Parse(seen.Body).RootElement.GetProperty("input").GetArrayLength()));
    }

    [Fact]
    public async Task WhoseTokensAreSpent_HasNoVectorsMade_AndNothingCountsAsARequest()
    {
        await using var test = await EmbedderFixture.StartAsync(extras: """
            limits:
              - { on: key, requests: 2/hour }
            """);

        var one = await AskInDetailAsync(test.Gateway, Chat("meaning", "What is the capital of Austria?", ""));
        var two = await AskInDetailAsync(test.Gateway, Chat("meaning", "What is the capital of Hungary?", ""));
        var three = await AskInDetailAsync(test.Gateway, Chat("meaning", "What is the capital of Poland?", ""));

        Assert.Equal((200, 200, 429), (one.Status, two.Status, three.Status));
        Assert.Equal(2, test.Embeddings.Count);
    }

    [Fact]
    public async Task OneWhoMayNotUseTheEmbeddingsAlias_MayNotAskItStill()
    {
        await using var test = await EmbedderFixture.StartAsync();

        var asked = await AskAsync(test.Gateway, """{"model":"vectors","input":"x"}""", path: "v1/embeddings");

        Assert.Equal(403, asked.Status);
    }

    private static string Text(JsonElement record, string name) => record.GetProperty(name).GetString()!;

    private static async Task<long> CountAsync(EmbedderFixture test, string result)
    {
        var text = await test.Gateway.Admin.GetStringAsync(new Uri("metrics", UriKind.Relative));
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith("aigateway_cache_semantic_embeddings_total{", StringComparison.Ordinal) && line.Contains($"result=\"{result}\"", StringComparison.Ordinal));
        return line is null ? 0 : (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
