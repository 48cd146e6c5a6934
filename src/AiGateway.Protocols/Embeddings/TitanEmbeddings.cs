using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Amazon Titan's, as Bedrock's body: one input a call. Source: <c>https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html</c>.</summary>
/// <remarks>The model is in the path. The older Titan (G1) takes no size, so it is not asked for one.</remarks>
public sealed class TitanEmbeddings : EmbeddingsCodec
{
    private TitanEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static TitanEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.BedrockTitan;

    /// <inheritdoc/>
    public override int MostInputs => 1;

    /// <inheritdoc/>
    public override EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public override EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        if (request.Inputs.Count != 1)
            throw new ChatFormatException("Titan takes one input a call.", "input");
        var input = request.Inputs[0];
        var isOwn = request.Source == Form;
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        if (input.Text is { } text)
            writer.WriteString("inputText"u8, text);
        else if (input.Image?.Base64 is { } base64)
            writer.WriteString("inputImage"u8, base64);
        else
            throw EmbeddingInputs.NotTaken(input, "input");
        if (request.Dimensions is { } dimensions)
            WriteDimensions(writer, dimensions, translation);
        if (request.InputType is not null)
            translation.Drop("input_type", "not known to Titan");
        if (request.Truncate is not null)
            translation.Drop("truncate", "not known to Titan");
        if (request.User is not null)
            translation.Drop("user", "not known to Titan");
        if (request.Types is { } types && types.Exists(static kind => kind is not ("float" or "base64")))
            translation.Drop("embedding_types", "vectors are floats");
        if (isOwn)
            request.Extensions?.WriteTo(writer);
        else
            translation.DropAll(request.Extensions);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public override void WriteAnswer(EmbeddingsAnswer answer, EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WritePropertyName("embedding"u8);
        EmbeddingVectors.Write(writer, answer.Vectors.Count > 0 ? answer.Vectors[0] : [], asBase64: false);
        writer.WriteNumber("inputTextTokenCount"u8, answer.Usage?.InputTokens ?? 0);
        writer.WriteEndObject();
    }

    private static void WriteDimensions(Utf8JsonWriter writer, long dimensions, Translation translation)
    {
        if (translation.Model.Contains("titan-embed-image", StringComparison.Ordinal))
        {
            writer.WriteStartObject("embeddingConfig"u8);
            writer.WriteNumber("outputEmbeddingLength"u8, dimensions);
            writer.WriteEndObject();
        }
        else if (translation.Model.Contains("titan-embed-text-v1", StringComparison.Ordinal) || translation.Model.Contains("titan-embed-g1", StringComparison.Ordinal))
        {
            translation.Drop("dimensions", "this model has one size");
        }
        else
        {
            writer.WriteNumber("dimensions"u8, dimensions);
        }
    }

    private EmbeddingsRequest ReadRequest(JsonElement root)
    {
        var request = new EmbeddingsRequest { Source = Form, IsSingle = true };
        JsonMembers? extensions = null;
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "inputText":
                    request.Inputs.Add(new EmbeddingsInput { Text = JsonBody.WantText(member.Value, "inputText") });
                    break;
                case "inputImage":
                    var base64 = JsonBody.WantText(member.Value, "inputImage");
                    request.Inputs.Add(new EmbeddingsInput { Image = new MediaPart(MediaKind.Image) { Base64 = base64, MediaType = MediaText.ImageTypeOf(base64) } });
                    break;
                case "dimensions" when member.Value.ValueKind != JsonValueKind.Null:
                    request.Dimensions = JsonBody.WantLong(member.Value, "dimensions");
                    break;
                default:
                    if (member.Value.ValueKind != JsonValueKind.Null)
                        JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        request.Extensions = extensions;
        if (request.Inputs.Count != 1)
            throw new ChatFormatException("One of 'inputText' and 'inputImage' must be there.", "inputText");
        return request;
    }

    private static EmbeddingsAnswer ReadAnswer(JsonElement root)
    {
        var answer = new EmbeddingsAnswer();
        answer.Vectors.Add(EmbeddingVectors.Read(JsonBody.Member(root, "embedding"u8), mayBe64Bit: false, "embedding"));
        if (JsonBody.CountOf(root, "inputTextTokenCount"u8) is { } tokens)
            answer.Usage = new Usage { InputTokens = tokens };
        return answer;
    }
}
