using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Rerank;

/// <summary>Bedrock's agent runtime. Source: <c>https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_Rerank.html</c>.</summary>
/// <remarks>The model is named by its whole ARN, in the body. Objects are taken as they are. Nothing is said about usage.</remarks>
public sealed class BedrockRerank : RerankCodec
{
    private BedrockRerank()
    {
    }

    /// <summary>The codec.</summary>
    public static BedrockRerank Instance { get; } = new();

    /// <inheritdoc/>
    public override RerankForm Form => RerankForm.Bedrock;

    /// <inheritdoc/>
    public override int MostDocuments => 1000;

    /// <inheritdoc/>
    public override RerankRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public override RerankAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public override void WriteRequest(RerankRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("queries"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "TEXT"u8);
        WriteText(writer, "textQuery"u8, request.Query);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartArray("sources"u8);
        for (var i = 0; i < request.Documents.Count; i++)
            WriteSource(writer, request, i, translation);
        writer.WriteEndArray();
        writer.WriteStartObject("rerankingConfiguration"u8);
        writer.WriteString("type"u8, "BEDROCK_RERANKING_MODEL"u8);
        writer.WriteStartObject("bedrockRerankingConfiguration"u8);
        writer.WriteStartObject("modelConfiguration"u8);
        writer.WriteString("modelArn"u8, translation.Model.Length > 0 ? translation.Model : request.Model);
        writer.WriteEndObject();
        // Must not be more than the documents are.
        if (request.TopN is { } top)
            writer.WriteNumber("numberOfResults"u8, Math.Min(top, request.Documents.Count));
        writer.WriteEndObject();
        writer.WriteEndObject();
        if (request.Source == Form)
            request.Extensions?.WriteTo(writer);
        else
            translation.DropAll(request.Extensions);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public override void WriteAnswer(RerankAnswer answer, RerankRequest request, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("results"u8);
        foreach (var result in answer.Results)
        {
            if (result.Index >= request.Documents.Count)
                continue;
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, result.Index);
            writer.WriteNumber("relevanceScore"u8, result.Score);
            if (request.ReturnDocuments)
            {
                writer.WriteStartObject("document"u8);
                WriteDocument(writer, request.Documents[result.Index].Text, request.Documents[result.Index].Json);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSource(Utf8JsonWriter writer, RerankRequest request, int number, Translation translation)
    {
        var document = request.Documents[number];
        writer.WriteStartObject();
        writer.WriteString("type"u8, "INLINE"u8);
        writer.WriteStartObject("inlineDocumentSource"u8);
        if (request.RankFields is { Count: > 0 } && document.Text is null)
            WriteDocument(writer, RerankDocuments.TextOf(document, request, number, translation), default);
        else
            WriteDocument(writer, document.Text, document.Json);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteDocument(Utf8JsonWriter writer, string? text, JsonValue json)
    {
        if (text is not null)
        {
            writer.WriteString("type"u8, "TEXT"u8);
            WriteText(writer, "textDocument"u8, text);
            return;
        }
        writer.WriteString("type"u8, "JSON"u8);
        writer.WritePropertyName("jsonDocument"u8);
        json.WriteTo(writer);
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string text)
    {
        writer.WriteStartObject(name);
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }

    private static RerankRequest ReadRequest(JsonElement root)
    {
        var query = JsonBody.Member(JsonBody.First(JsonBody.Member(root, "queries"u8)), "textQuery"u8);
        var configuration = JsonBody.Member(JsonBody.Member(root, "rerankingConfiguration"u8), "bedrockRerankingConfiguration"u8);
        var request = new RerankRequest
        {
            Source = RerankForm.Bedrock,
            Query = JsonBody.WantText(JsonBody.Member(query, "text"u8), "queries[0].textQuery.text"),
            Model = JsonBody.TextOf(JsonBody.Member(configuration, "modelConfiguration"u8), "modelArn"u8) ?? "",
            TopN = JsonBody.LongOf(configuration, "numberOfResults"u8),
        };
        var number = 0;
        foreach (var source in JsonBody.WantList(JsonBody.Member(root, "sources"u8), "sources").EnumerateArray())
        {
            var document = JsonBody.Member(source, "inlineDocumentSource"u8);
            var json = JsonBody.Member(document, "jsonDocument"u8);
            var path = string.Create(CultureInfo.InvariantCulture, $"sources[{number++}].inlineDocumentSource");
            request.Documents.Add(json.ValueKind == JsonValueKind.Object
                ? new RerankDocument { Json = JsonValue.Of(json) }
                : new RerankDocument { Text = JsonBody.WantText(JsonBody.Member(JsonBody.Member(document, "textDocument"u8), "text"u8), path) });
        }
        if (request.Documents.Count == 0)
            throw new ChatFormatException("'sources' is empty.", "sources");
        return request;
    }

    private static RerankAnswer ReadAnswer(JsonElement root)
    {
        var answer = new RerankAnswer();
        foreach (var result in JsonBody.WantList(JsonBody.Member(root, "results"u8), "results").EnumerateArray())
            answer.Results.Add(CohereShapedRerank.ReadResult(result, "relevanceScore"u8));
        return answer;
    }
}
