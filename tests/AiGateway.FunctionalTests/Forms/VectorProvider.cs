using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>Answers of every provider's form of embeddings, reckoned from the request: the vector of a text is its length and a half, a text of three letters is three tokens.</summary>
internal static class VectorProvider
{
    /// <summary>A text that every provider refuses with a status of 500.</summary>
    public const string Poison = "poison";

    public static UpstreamAnswer Answer(UpstreamRequestSeen seen)
    {
        if (seen.Text.Contains(Poison, StringComparison.Ordinal))
            return UpstreamAnswer.Json("""{"message":"Internal failure"}""", 500);
        var body = JsonNode.Parse(seen.Body)!.AsObject();
        var kind = seen.Target.Split('/')[1];
        if (seen.Target.EndsWith("/rerank", StringComparison.Ordinal) || body.ContainsKey("query"))
            return Rerank(kind);
        return kind switch
        {
            "google" => Json(new { embeddings = Texts(body["requests"]!, "content", "parts", "0", "text").Select(text => new { values = Vector(text) }) }),
            "vertex" when seen.Target.EndsWith(":embedContent", StringComparison.Ordinal) =>
                Json(new { embedding = new { values = Vector(Find(body, "content", "parts", "0", "text")) }, usageMetadata = new { promptTokenCount = Find(body, "content", "parts", "0", "text").Length } }),
            "vertex" => Json(new { predictions = Texts(body["instances"]!, "content").Select(text => new { embeddings = new { values = Vector(text), statistics = new { truncated = false, token_count = text.Length } } }) }),
            "cohere" => Cohere(body),
            "bedrock" when seen.Target.Contains("cohere", StringComparison.Ordinal) => Cohere(body, isBedrock: true),
            "bedrock" => Json(new { embedding = Vector((string)body["inputText"]!), inputTextTokenCount = ((string)body["inputText"]!).Length }),
            _ => OpenAI(body, kind),
        };
    }

    /// <summary>The vector of a text.</summary>
    public static float[] Vector(string text) => [text.Length, 0.5f];

    /// <summary>vLLM's base64: of 64-bit floats.</summary>
    private static object Embedding(string text, bool asBase64, string kind) => !asBase64 ? Vector(text)
        : kind == "vllm" ? Convert.ToBase64String([.. Vector(text).SelectMany(value => BitConverter.GetBytes((double)value))])
        : Convert.ToBase64String([.. Vector(text).SelectMany(BitConverter.GetBytes)]);

    private static UpstreamAnswer OpenAI(JsonObject body, string kind)
    {
        var input = body["input"]!;
        var texts = input is JsonArray list ? [.. list.Select(item => (string)item!)] : new[] { (string)input! };
        var asBase64 = (string?)(body["encoding_format"] ?? body["embedding_type"]) == "base64";
        // In the wrong order, as the index permits.
        var data = texts.Select((text, index) => new { @object = "embedding", index, embedding = Embedding(text, asBase64, kind) }).Reverse();
        var tokens = texts.Sum(text => text.Length);
        return kind == "voyage"
            ? Json(new { @object = "list", data, model = "upstream-model", usage = new { total_tokens = tokens } })
            : Json(new { @object = "list", data, model = "upstream-model", usage = new { prompt_tokens = tokens, total_tokens = tokens } });
    }

    private static UpstreamAnswer Cohere(JsonObject body, bool isBedrock = false)
    {
        string[] texts = [.. body["texts"]!.AsArray().Select(item => (string)item!)];
        var embeddings = new { @float = texts.Select(Vector) };
        var tokens = texts.Sum(text => text.Length);
        return isBedrock
            ? Json(new { id = "e1", embeddings = texts.Select(Vector), response_type = "embeddings_floats", texts }) with
            {
                Headers = [KeyValuePair.Create("x-amzn-bedrock-input-token-count", tokens.ToString(System.Globalization.CultureInfo.InvariantCulture))],
            }
            : Json(new { id = "e1", embeddings, texts, meta = new { api_version = new { version = "2" }, billed_units = new { input_tokens = tokens } }, response_type = "embeddings_by_type" });
    }

    private static UpstreamAnswer Rerank(string kind)
    {
        object[] results = [new { index = 1, relevance_score = 0.9 }, new { index = 0, relevance_score = 0.25 }];
        return kind switch
        {
            "voyage" => Json(new { @object = "list", data = results, model = "upstream-model", usage = new { total_tokens = 26 } }),
            "jina" => Json(new { model = "upstream-model", @object = "list", usage = new { total_tokens = 26 }, results }),
            "bedrock" => Json(new { results }),
            _ => Json(new { id = "r1", results, meta = new { api_version = new { version = "2" }, billed_units = new { search_units = 1 } } }),
        };
    }

    private static IEnumerable<string> Texts(JsonNode list, params string[] path) => list.AsArray().Select(item => Find(item!, path));

    private static string Find(JsonNode node, params string[] path) =>
        (string)path.Aggregate(node, static (at, step) => at is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : at[step]!)!;

    private static UpstreamAnswer Json(object answer) => UpstreamAnswer.Json(JsonSerializer.Serialize(answer));
}
