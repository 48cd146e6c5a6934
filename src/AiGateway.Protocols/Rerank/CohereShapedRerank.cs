using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.OpenAI;
using JsonText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.Rerank;

/// <summary>Forms made after Cohere's: <c>query</c> and <c>documents</c>, and a list of results with <c>index</c> and <c>relevance_score</c>. They differ in names and in how they tell usage.</summary>
public abstract class CohereShapedRerank : RerankCodec
{
    private protected CohereShapedRerank()
    {
    }

    /// <summary>The member that bounds the results.</summary>
    private protected virtual string TopName => "top_n";

    /// <summary>Whether results carry their documents when a caller of this form does not say.</summary>
    private protected virtual bool ReturnsDocumentsByDefault => false;

    /// <summary>Whether the provider is told not to send documents.</summary>
    private protected virtual bool MustDeclineDocuments => false;

    /// <summary>Writes the member that names the model, and what else the provider insists on.</summary>
    private protected virtual void WriteModel(Utf8JsonWriter writer, string model) => writer.WriteString("model"u8, model);

    /// <summary>Writes results, model and usage of an answer.</summary>
    private protected abstract void WriteMembers(Utf8JsonWriter writer, RerankAnswer answer, RerankRequest request);

    /// <inheritdoc/>
    public sealed override RerankRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public sealed override RerankAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public sealed override void WriteRequest(RerankRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        WriteModel(writer, translation.Model.Length > 0 ? translation.Model : request.Model);
        writer.WriteString("query"u8, request.Query);
        writer.WriteStartArray("documents"u8);
        for (var i = 0; i < request.Documents.Count; i++)
            writer.WriteStringValue(RerankDocuments.TextOf(request.Documents[i], request, i, translation));
        writer.WriteEndArray();
        if (request.TopN is { } top)
            writer.WriteNumber(TopName, top);
        if (MustDeclineDocuments)
            writer.WriteBoolean("return_documents"u8, false);
        if (request.Source == Form)
            request.Extensions?.WriteTo(writer);
        else
            translation.DropAll(request.Extensions);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public sealed override void WriteAnswer(RerankAnswer answer, RerankRequest request, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        WriteMembers(writer, answer, request);
        writer.WriteEndObject();
    }

    private protected static void WriteResults(Utf8JsonWriter writer, ReadOnlySpan<byte> name, RerankAnswer answer, RerankRequest request, bool asText)
    {
        writer.WriteStartArray(name);
        foreach (var result in answer.Results)
        {
            if (result.Index >= request.Documents.Count)
                continue;
            var document = request.Documents[result.Index];
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            writer.WriteNumber("relevance_score"u8, result.Score);
            if (request.ReturnDocuments && asText)
                writer.WriteString("document"u8, document.Text ?? document.Json.ToString());
            else if (request.ReturnDocuments)
                RerankDocuments.WriteDocument(writer, document);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private protected static void WriteTokens(Utf8JsonWriter writer, RerankAnswer answer)
    {
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("total_tokens"u8, answer.Usage?.InputTokens ?? 0);
        writer.WriteEndObject();
    }

    private RerankRequest ReadRequest(JsonElement root)
    {
        var request = new RerankRequest { Source = Form, ReturnDocuments = ReturnsDocumentsByDefault };
        request.Extensions = root.ReadMembers((name, value) => ReadMember(request, name, value));
        if (JsonBody.Member(root, "query"u8).ValueKind == JsonValueKind.Undefined)
            throw new ChatFormatException("'query' is missing.", "query");
        if (request.Documents.Count == 0)
            throw new ChatFormatException("'documents' is missing or empty.", "documents");
        return request;
    }

    private bool ReadMember(RerankRequest request, string name, JsonElement value)
    {
        switch (name)
        {
            case "model":
                request.Model = JsonBody.WantText(value, name);
                break;
            case "query":
                request.Query = JsonBody.WantText(value, name);
                break;
            case "documents":
                RerankDocuments.Read(value, request);
                break;
            case "return_documents":
                request.ReturnDocuments = JsonBody.WantBool(value, name);
                break;
            case "rank_fields":
                JsonBody.WantTexts(value, name, request.RankFields = []);
                break;
            default:
                if (name != TopName)
                    return false;
                request.TopN = value.WantPositive(name);
                break;
        }
        return true;
    }

    private static RerankAnswer ReadAnswer(JsonElement root)
    {
        var answer = new RerankAnswer { Id = JsonBody.TextOf(root, "id"u8), Model = JsonBody.TextOf(root, "model"u8) ?? "" };
        var results = JsonBody.Member(root, "results"u8);
        if (results.ValueKind == JsonValueKind.Undefined)
            results = JsonBody.Member(root, "data"u8);
        foreach (var result in JsonBody.WantList(results, "results").EnumerateArray())
            answer.Results.Add(ReadResult(result, "relevance_score"u8));
        var usage = JsonBody.Member(root, "usage"u8);
        answer.Usage = usage.ValueKind == JsonValueKind.Object
            ? UsageReader.Read(JsonValue.Of(usage).Utf8, UsageRules.OpenAI)
            : CohereWords.ReadUsage(JsonBody.Member(root, "meta"u8));
        return answer;
    }

    internal static RerankResult ReadResult(JsonElement result, ReadOnlySpan<byte> scoreName)
    {
        var score = JsonBody.Member(result, scoreName);
        if (JsonBody.CountOf(result, "index"u8) is not ({ } index and <= int.MaxValue) || score.ValueKind != JsonValueKind.Number || !score.TryGetDouble(out var value) || !double.IsFinite(value))
            throw new ChatFormatException("A result has no index or no score.", "results");
        return new RerankResult((int)index, value);
    }
}
