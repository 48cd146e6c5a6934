using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.Recorded;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Pins that what providers really answered, each in its own form, reaches OpenAI's and Cohere's callers with the same numbers and usage.</summary>
public sealed class RecordedFormTests
{
    private static readonly (string Provider, string Endpoint, string Kind)[] Forms =
    [
        ("cohere", "embed", "cohere"), ("cohere", "rerank", "cohere"), ("google-gemini", "batchEmbedContents", "google"), ("vertex", "embedContent", "vertex"),
        ("mistral", "embeddings", "mistral"), ("vllm", "embeddings", "vllm"), ("voyageai", "embeddings", "voyage"), ("voyageai", "rerank", "voyage"),
    ];

    [Fact]
    public async Task RecordedAnswers_KeepTheirNumbersAndUsage()
    {
        var exchanges = Forms.SelectMany(form => RecordedTraffic.All(form.Provider, form.Endpoint)).ToArray();
        await using var upstream = await ReplayProvider.StartAsync(exchanges);
        await using var gateway = await GatewayServer.StartAsync(Routing(exchanges, upstream.Address));
        foreach (var exchange in exchanges)
        {
            upstream.Clear();
            upstream.Next(exchange.Id);
            var isRerank = exchange.Endpoint == "rerank";
            using var content = new StringContent(Request(exchange).ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await gateway.Client.PostAsync(new Uri(isRerank ? "/v1/rerank" : "/v1/embeddings", UriKind.Relative), content);
            var answer = await ReceivedAnswer.ReadAsync(response);
            var recorded = JsonNode.Parse(exchange.ResponseBody)!.AsObject();
            if (exchange.Status >= 300)
            {
                // A caller is not told of a model that only the operator can mend: the record is.
                var attempt = (await gateway.ReadRecordsAsync(answer.RequestId)).GetProperty("attempts")[0];
                Assert.Contains((string)(recorded["message"] ?? recorded["detail"])!, attempt.GetProperty("error").GetString(), StringComparison.Ordinal);
                continue;
            }
            Assert.True(answer.Status == 200, $"{exchange.Id}: {answer.Text}");
            var got = JsonNode.Parse(answer.Body)!;
            if (isRerank)
                Assert.Equal(Scores(recorded), Scores(got.AsObject()));
            else
                Assert.Equal(Vectors(recorded, isWide: exchange.Provider == "vllm"), Vectors(got.AsObject(), isWide: false));
            CheckUsage(exchange, recorded, await gateway.ReadRecordsAsync(answer.RequestId));
        }
    }

    /// <summary>OpenAI's or Cohere's request for what was recorded; every other one asks for base64.</summary>
    private static JsonObject Request(RecordedExchange exchange)
    {
        var body = JsonNode.Parse(exchange.RequestBody)!.AsObject();
        var request = new JsonObject { ["model"] = exchange.Id };
        if (exchange.Endpoint == "rerank")
        {
            request["query"] = body["query"]!.DeepClone();
            request["documents"] = body["documents"]!.DeepClone();
            return request;
        }
        var input = body["input"] ?? body["texts"] ?? (body["requests"] is JsonArray requests ? new JsonArray([.. requests.Select(Text)]) : Text(body));
        request["input"] = input!.DeepClone();
        if (exchange.Provider == "vllm" || exchange.Id[^1] % 2 == 0)
            request["encoding_format"] = "base64";
        return request;
    }

    private static JsonNode Text(JsonNode? request) => request!["content"]!["parts"]![0]!["text"]!.DeepClone();

    private static void CheckUsage(RecordedExchange exchange, JsonObject recorded, JsonElement record)
    {
        var units = recorded["meta"]?["billed_units"];
        var tokens = recorded["usage"]?["prompt_tokens"] ?? recorded["usage"]?["total_tokens"] ?? units?["input_tokens"] ?? recorded["usageMetadata"]?["promptTokenCount"];
        var usage = record.GetProperty("usage");
        if (tokens is not null)
            Assert.Equal((decimal)tokens, usage.GetProperty("input_tokens").GetDecimal());
        else if (units?["search_units"] is { } searches)
            Assert.Equal((decimal)searches, usage.GetProperty("search_units").GetDecimal());
        else
            Assert.True(usage.GetProperty("estimated").GetBoolean(), exchange.Id);
    }

    private static IEnumerable<(int Index, double Score)> Scores(JsonObject answer) =>
        (answer["results"] ?? answer["data"])!.AsArray().Select(result => ((int)result!["index"]!, (double)result["relevance_score"]!)).ToArray();

    private static float[][] Vectors(JsonObject answer, bool isWide)
    {
        var list = answer["data"] ?? answer["embeddings"] ?? new JsonArray(answer["embedding"]!.DeepClone());
        if (list is JsonObject byType)
            list = byType["float"]!;
        return [.. list.AsArray().Select(item => Vector(item is JsonObject wrapped ? wrapped["embedding"] ?? wrapped["values"]! : item!, isWide))];
    }

    private static float[] Vector(JsonNode vector, bool isWide)
    {
        if (vector is JsonArray numbers)
            return [.. numbers.Select(number => float.Parse(number!.ToJsonString(), CultureInfo.InvariantCulture))];
        var bytes = Convert.FromBase64String((string)vector!);
        return isWide
            ? [.. bytes.Chunk(sizeof(double)).Select(chunk => (float)BitConverter.ToDouble(chunk))]
            : [.. bytes.Chunk(sizeof(float)).Select(chunk => BitConverter.ToSingle(chunk))];
    }

    private static string Routing(IReadOnlyList<RecordedExchange> exchanges, Uri upstream)
    {
        var yaml = new StringBuilder("providers:\n");
        foreach (var kind in Forms.Select(form => form.Kind).Distinct())
            yaml.Append(CultureInfo.InvariantCulture, $"  {kind}: {{ base_url: \"{upstream}{kind}\", keys: sk-test }}\n");
        yaml.Append("deployments:\n");
        foreach (var exchange in exchanges)
            yaml.Append(CultureInfo.InvariantCulture, $"  {exchange.Id}: {{ provider: {Forms.First(form => form.Provider == exchange.Provider).Kind}, model: {JsonSerializer.Serialize(exchange.Model)} }}\n");
        yaml.Append("aliases:\n");
        foreach (var exchange in exchanges)
            yaml.Append(CultureInfo.InvariantCulture, $"  {exchange.Id}: {{ groups: [{{ deployments: [{exchange.Id}] }}], retries: {{ max_attempts: 1 }} }}\n");
        return yaml.ToString();
    }
}
