using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Vertex AI's <c>predict</c> for text. Source: <c>https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api</c>.</summary>
/// <remarks>The model is in the path. A call takes 250 texts and 20,000 tokens; of <c>gemini-embedding-001</c> one text.</remarks>
public sealed class VertexPredictEmbeddings : EmbeddingsCodec
{
    private VertexPredictEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static VertexPredictEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.VertexPredict;

    /// <inheritdoc/>
    public override int MostInputs => 250;

    /// <inheritdoc/>
    public override int MostCharacters => 60_000;

    /// <inheritdoc/>
    public override int MostInputsOf(string model) => model.Contains("gemini-embedding", StringComparison.Ordinal) ? 1 : MostInputs;

    /// <inheritdoc/>
    public override EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public override EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("instances"u8);
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            writer.WriteStartObject();
            writer.WriteString("content"u8, input.Text ?? throw EmbeddingInputs.NotTaken(input, string.Create(CultureInfo.InvariantCulture, $"input[{i}]")));
            if (request.InputType is { } type && GeminiContentEmbeddings.TaskOf(type) is { } task)
                writer.WriteString("task_type"u8, task);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (request.Dimensions is not null || request.Truncate is not null)
        {
            writer.WriteStartObject("parameters"u8);
            if (request.Dimensions is { } dimensions)
                writer.WriteNumber("outputDimensionality"u8, dimensions);
            if (request.Truncate is { } truncate)
                writer.WriteBoolean("autoTruncate"u8, truncate);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        GeminiContentEmbeddings.DropOthers(request, translation, takesTruncate: true);
    }

    /// <inheritdoc/>
    public override void WriteAnswer(EmbeddingsAnswer answer, EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("predictions"u8);
        for (var i = 0; i < answer.Vectors.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("embeddings"u8);
            writer.WritePropertyName("values"u8);
            EmbeddingVectors.Write(writer, answer.Vectors[i], asBase64: false);
            writer.WriteStartObject("statistics"u8);
            // Tokens are known for the whole answer alone: they stand with the first text.
            writer.WriteNumber("token_count"u8, i == 0 ? answer.Usage?.InputTokens ?? 0 : 0);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static EmbeddingsRequest ReadRequest(JsonElement root)
    {
        var request = new EmbeddingsRequest { Source = EmbeddingsForm.VertexPredict };
        var number = 0;
        foreach (var instance in JsonBody.WantList(JsonBody.Member(root, "instances"u8), "instances").EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"instances[{number++}].content");
            request.Inputs.Add(new EmbeddingsInput { Text = JsonBody.WantText(JsonBody.Member(instance, "content"u8), path) });
            if (JsonBody.TextOf(instance, "task_type"u8) is { } task)
                request.InputType = EmbeddingInputs.TypeOf(task.ToLowerInvariant());
        }
        var parameters = JsonBody.Member(root, "parameters"u8);
        request.Dimensions = JsonBody.LongOf(parameters, "outputDimensionality"u8);
        request.Truncate = JsonBody.BoolOf(parameters, "autoTruncate"u8);
        return request.Inputs.Count > 0 ? request : throw new ChatFormatException("'instances' is empty.", "instances");
    }

    private static EmbeddingsAnswer ReadAnswer(JsonElement root)
    {
        var answer = new EmbeddingsAnswer();
        long? tokens = null;
        var number = 0;
        foreach (var prediction in JsonBody.WantList(JsonBody.Member(root, "predictions"u8), "predictions").EnumerateArray())
        {
            var embeddings = JsonBody.Member(prediction, "embeddings"u8);
            var path = string.Create(CultureInfo.InvariantCulture, $"predictions[{number++}].embeddings.values");
            answer.Vectors.Add(EmbeddingVectors.Read(JsonBody.Member(embeddings, "values"u8), mayBe64Bit: false, path));
            if (JsonBody.CountOf(JsonBody.Member(embeddings, "statistics"u8), "token_count"u8) is { } count)
                tokens = (tokens ?? 0) + count;
        }
        if (tokens is { } all)
            answer.Usage = new Usage { InputTokens = all };
        return answer;
    }
}
