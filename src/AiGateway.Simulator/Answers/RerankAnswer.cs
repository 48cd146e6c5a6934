using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/rerank</c> and Cohere's <c>/v2/rerank</c>: a document's score is the share of the query's words that it holds.</summary>
internal static class RerankAnswer
{
    // Cohere bills one search unit for a query with up to that many documents.
    private const int DocumentsPerSearchUnit = 100;

    public static Answer Of(SimulatedRequest request)
    {
        var json = request.Json;
        if ((RequestRules.Require(json, "query") ?? RequestRules.Require(json, "documents") ?? RequestRules.CheckRange(json, "top_n"u8, "top_n", 1, int.MaxValue)) is { } refusal)
            return refusal;
        if (json.Text("query"u8) is not { } query)
            return RequestRules.WrongType("query", "a string", json.GetProperty("query"u8));
        if (json.GetProperty("documents"u8).ValueKind != JsonValueKind.Array)
            return RequestRules.WrongType("documents", "an array of strings or objects", json.GetProperty("documents"u8));

        var documents = json.Member("documents"u8).Items().Select(TextOf).ToList();
        var words = query.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ranked = documents
            .Select((text, index) => (Text: text, Index: index, Score: Score(words, text, (ulong)request.Options.Seed)))
            .OrderByDescending(document => document.Score).ThenBy(document => document.Index)
            .Take(json.Whole("top_n"u8) ?? documents.Count);
        var tokens = Tokens.Of(query) + documents.Sum(Tokens.Of);
        var units = (documents.Count + DocumentsPerSearchUnit - 1) / DocumentsPerSearchUnit;

        var body = PooledOutput.Rent();
        var writer = body.StartJson();
        writer.WriteStartObject();
        writer.WriteString("id"u8, request.Ids.Next("rerank-"));
        var isCohere = request.Route.Endpoint == SimulatedEndpoint.CohereRerank;
        if (!isCohere)
        {
            writer.WriteString("object"u8, "list"u8);
            writer.WriteString("model"u8, request.Model);
        }
        writer.WriteStartArray("results"u8);
        foreach (var document in ranked)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, document.Index);
            writer.WriteNumber("relevance_score"u8, document.Score);
            if (json.Truth("return_documents"u8) == true)
            {
                writer.WriteStartObject("document"u8);
                writer.WriteString("text"u8, document.Text);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (request.ReportsUsage)
            WriteUsage(writer, isCohere ? null : tokens, units);
        writer.WriteEndObject();
        writer.Flush();
        return new Answer { Body = body, InputTokens = tokens };
    }

    // Both forms in use: Jina's and vLLM's usage, Cohere's billed units; of Cohere itself, its own alone.
    private static void WriteUsage(Utf8JsonWriter json, int? tokens, int units)
    {
        if (tokens is { } count)
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("prompt_tokens"u8, count);
            json.WriteNumber("total_tokens"u8, count);
            json.WriteEndObject();
        }
        json.WriteStartObject("meta"u8);
        json.WriteStartObject("billed_units"u8);
        json.WriteNumber("search_units"u8, units);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string TextOf(JsonElement document) =>
        document.ValueKind == JsonValueKind.String ? document.GetString()! : document.Text("text"u8) ?? document.ToString();

    // The small second part orders documents without a word in common.
    private static double Score(string[] words, string text, ulong seed)
    {
        var found = words.Count(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        var share = words.Length == 0 ? 0 : (double)found / words.Length;
        return Math.Round((share * 0.98) + (Hashing.Unit(Hashing.Of(text, seed)) * 0.01), 6);
    }
}
