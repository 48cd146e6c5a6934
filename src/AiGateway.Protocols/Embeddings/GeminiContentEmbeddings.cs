using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Gemini's <c>batchEmbedContents</c>, and Vertex AI's <c>embedContent</c>, which takes one input. Source: <c>https://ai.google.dev/api/embeddings</c>.</summary>
/// <remarks>The model is in the path. Smaller sizes than the model's own come as the provider cuts them: not always of length 1.</remarks>
public sealed class GeminiContentEmbeddings : EmbeddingsCodec
{
    private readonly bool _isVertex;

    private GeminiContentEmbeddings(bool isVertex) => _isVertex = isVertex;

    /// <summary>The Gemini API's.</summary>
    public static GeminiContentEmbeddings Instance { get; } = new(isVertex: false);

    /// <summary>Vertex AI's.</summary>
    public static GeminiContentEmbeddings Vertex { get; } = new(isVertex: true);

    /// <inheritdoc/>
    public override EmbeddingsForm Form => _isVertex ? EmbeddingsForm.VertexContent : EmbeddingsForm.Gemini;

    /// <inheritdoc/>
    public override int MostInputs => _isVertex ? 1 : 100;

    /// <inheritdoc/>
    /// <remarks>A content's text parts are one text, as Gemini takes them.</remarks>
    public override EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        if (_isVertex && request.Inputs.Count != 1)
            throw new ChatFormatException("embedContent takes one input a call.", "input");
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        if (!_isVertex)
            writer.WriteStartArray("requests"u8);
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            if (!_isVertex)
            {
                writer.WriteStartObject();
                writer.WriteString("model"u8, "models/" + (translation.Model.Length > 0 ? translation.Model : request.Model));
            }
            WriteContent(writer, request.Inputs[i], string.Create(CultureInfo.InvariantCulture, $"input[{i}]"));
            WriteOptions(writer, request);
            if (!_isVertex)
                writer.WriteEndObject();
        }
        if (!_isVertex)
            writer.WriteEndArray();
        writer.WriteEndObject();
        DropOthers(request, translation, takesTruncate: false);
    }

    /// <inheritdoc/>
    public override EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public override void WriteAnswer(EmbeddingsAnswer answer, EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        if (request.IsSingle)
        {
            writer.WritePropertyName("embedding"u8);
            WriteVector(writer, answer.Vectors.Count > 0 ? answer.Vectors[0] : []);
        }
        else
        {
            writer.WriteStartArray("embeddings"u8);
            foreach (var vector in answer.Vectors)
                WriteVector(writer, vector);
            writer.WriteEndArray();
        }
        if (answer.Usage is { InputTokens: var tokens })
        {
            writer.WriteStartObject("usageMetadata"u8);
            writer.WriteNumber("promptTokenCount"u8, tokens);
            writer.WriteNumber("totalTokenCount"u8, tokens);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    /// <summary>Google's word for what vectors are for; null when it has none.</summary>
    internal static string? TaskOf(string word) => word switch
    {
        "query" => "RETRIEVAL_QUERY",
        "document" => "RETRIEVAL_DOCUMENT",
        "classification" => "CLASSIFICATION",
        "clustering" => "CLUSTERING",
        "similarity" => "SEMANTIC_SIMILARITY",
        "question_answering" => "QUESTION_ANSWERING",
        "fact_verification" => "FACT_VERIFICATION",
        "code_retrieval_query" => "CODE_RETRIEVAL_QUERY",
        _ => null,
    };

    /// <summary>Names what Google's forms have no member for.</summary>
    internal static void DropOthers(EmbeddingsRequest request, Translation translation, bool takesTruncate)
    {
        if (request.InputType is { } type && TaskOf(type) is null)
            translation.Drop("input_type", "not known to Google");
        if (request.Truncate is not null && !takesTruncate)
            translation.Drop("truncate", "not known to Gemini");
        if (request.User is not null)
            translation.Drop("user", "not known to Google");
        if (request.Types is { } types && types.Exists(static kind => kind is not ("float" or "base64")))
            translation.Drop("embedding_types", "vectors are floats");
        translation.DropAll(request.Extensions);
    }

    private EmbeddingsRequest ReadRequest(JsonElement root)
    {
        var requests = GeminiNames.Find(root, "requests");
        var request = new EmbeddingsRequest { Source = Form, IsSingle = requests.ValueKind == JsonValueKind.Undefined };
        if (request.IsSingle)
        {
            ReadOne(root, request);
            return request;
        }
        foreach (var one in GeminiJson.Items(requests, "requests"))
            ReadOne(one, request);
        return request.Inputs.Count > 0 ? request : throw new ChatFormatException("'requests' is empty.", "requests");
    }

    private static void ReadOne(JsonElement element, EmbeddingsRequest request)
    {
        var text = "";
        foreach (var member in GeminiJson.Object(element, "requests[]").EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "content":
                    foreach (var part in GeminiJson.Items(GeminiNames.Find(member.Value, "parts"), "content.parts"))
                        text += JsonBody.TextOrNull(GeminiNames.Find(part, "text")) ?? throw new ChatFormatException("Only texts can be embedded by this target.", "content.parts[]");
                    break;
                case "model":
                    request.Model = GeminiRequestReader.ModelName(JsonBody.TextOrNull(member.Value) ?? "");
                    break;
                case "outputDimensionality" when member.Value.ValueKind != JsonValueKind.Null:
                    request.Dimensions = Math.Clamp(GeminiJson.Long(member.Value, "outputDimensionality"), 1, 1_000_000);
                    break;
                case "embedContentConfig" when member.Value.ValueKind == JsonValueKind.Object && GeminiJson.TryLong(GeminiNames.Find(member.Value, "outputDimensionality"), out var dimensions):
                    request.Dimensions = Math.Clamp(dimensions, 1, 1_000_000);
                    break;
                case "taskType" when JsonBody.TextOrNull(member.Value) is { } task && (request.InputType ?? TypeOf(task)) == TypeOf(task):
                    request.InputType = TypeOf(task);
                    break;
                default:
                    if (request.Extensions?.Find(member.Name).IsAbsent != false)
                        (request.Extensions ??= new JsonMembers()).Add(member.Name, JsonValue.Of(member.Value));
                    break;
            }
        }
        request.Inputs.Add(new EmbeddingsInput { Text = text });
    }

    private static string TypeOf(string task) => EmbeddingInputs.TypeOf(task.ToLowerInvariant());

    private static EmbeddingsAnswer ReadAnswer(JsonElement root)
    {
        var answer = new EmbeddingsAnswer();
        var list = GeminiNames.Find(root, "embeddings");
        if (list.ValueKind == JsonValueKind.Undefined)
            list = GeminiNames.Find(root, "embedding");
        if (list.ValueKind == JsonValueKind.Undefined)
            throw new ChatFormatException("The body is no answer of embedContent: it has no embeddings.", "embeddings");
        long? tokens = null;
        foreach (var embedding in GeminiJson.Items(list, "embeddings"))
        {
            answer.Vectors.Add(EmbeddingVectors.Read(GeminiNames.Find(embedding, "values"), mayBe64Bit: false, "embeddings[].values"));

            // Vertex AI counts each text by itself.
            if (GeminiJson.TryLong(GeminiNames.Find(GeminiNames.Find(embedding, "statistics"), "tokenCount"), out var count) && count is >= 0 and < 1_000_000_000)
                tokens = (tokens ?? 0) + count;
        }
        if (GeminiJson.TryLong(GeminiNames.Find(GeminiNames.Find(root, "usageMetadata"), "promptTokenCount"), out var prompt) && prompt >= 0)
            tokens = prompt;
        answer.Usage = tokens is { } input ? new Usage { InputTokens = input } : null;
        return answer;
    }

    private static void WriteVector(Utf8JsonWriter writer, float[] vector)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("values"u8);
        EmbeddingVectors.Write(writer, vector, asBase64: false);
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, EmbeddingsInput input, string path)
    {
        writer.WriteStartObject("content"u8);
        writer.WriteStartArray("parts"u8);
        writer.WriteStartObject();
        if (input.Text is { } text)
        {
            writer.WriteString("text"u8, text);
        }
        else if (input.Image is { Base64: { } base64, MediaType: { } mediaType })
        {
            writer.WriteStartObject("inlineData"u8);
            writer.WriteString("mimeType"u8, mediaType);
            writer.WriteString("data"u8, base64);
            writer.WriteEndObject();
        }
        else
        {
            throw EmbeddingInputs.NotTaken(input, path);
        }
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteOptions(Utf8JsonWriter writer, EmbeddingsRequest request)
    {
        if (request.InputType is { } type && TaskOf(type) is { } task)
            writer.WriteString("taskType"u8, task);
        if (request.Dimensions is { } dimensions)
            writer.WriteNumber("outputDimensionality"u8, dimensions);
    }
}
