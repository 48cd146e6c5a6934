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
    public override EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body)
    {
        var call = GeminiEmbeddings.ReadGeminiRequest(body);
        var request = new EmbeddingsRequest { Source = Form, Model = call.Model, IsSingle = !call.IsBatch, Dimensions = call.Dimensions };
        if (call.TaskType is { } task)
            request.InputType = EmbeddingInputs.TypeOf(task.ToLowerInvariant());
        foreach (var input in call.Inputs)
            request.Inputs.Add(new EmbeddingsInput { Text = input });
        foreach (var other in call.Others)
            (request.Extensions ??= new JsonMembers()).Add(other, default);
        return request.Inputs.Count > 0 ? request : throw new ChatFormatException("'requests' is empty.", "requests");
    }

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
    public override EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body)
    {
        var read = GeminiEmbeddings.ReadGeminiAnswer(body);
        var answer = new EmbeddingsAnswer { Model = read.Model, Usage = read.InputTokens is { } tokens ? new Usage { InputTokens = tokens } : null };
        answer.Vectors.AddRange(read.Vectors);
        return answer;
    }

    /// <inheritdoc/>
    public override void WriteAnswer(EmbeddingsAnswer answer, EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        var written = new EmbeddingAnswer { Model = answer.Model, InputTokens = answer.Usage?.InputTokens };
        written.Vectors.AddRange(answer.Vectors);
        GeminiEmbeddings.WriteGeminiAnswer(written, new EmbeddingCall { IsBatch = !request.IsSingle }, output);
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
