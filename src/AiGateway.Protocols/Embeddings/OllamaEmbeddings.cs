using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Ollama's <c>/api/embed</c>. Source: <c>https://docs.ollama.com/api/embed</c>. The older <c>/api/embeddings</c> of one <c>prompt</c> is read as well, but not written.</summary>
public sealed class OllamaEmbeddings : EmbeddingsCodec
{
    private OllamaEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static OllamaEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.Ollama;

    /// <inheritdoc/>
    public override int MostInputs => int.MaxValue;

    /// <inheritdoc/>
    public override EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public override EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("model"u8, translation.Model.Length > 0 ? translation.Model : request.Model);
        writer.WritePropertyName("input"u8);
        var isList = !request.IsSingle || request.Inputs.Count != 1;
        if (isList)
            writer.WriteStartArray();
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            writer.WriteStringValue(input.Text ?? throw EmbeddingInputs.NotTaken(input, string.Create(CultureInfo.InvariantCulture, $"input[{i}]")));
        }
        if (isList)
            writer.WriteEndArray();
        if (request.Dimensions is { } dimensions)
            writer.WriteNumber("dimensions"u8, dimensions);
        if (request.Truncate is { } truncate)
            writer.WriteBoolean("truncate"u8, truncate);
        if (request.InputType is not null)
            translation.Drop("input_type", "not known to Ollama");
        if (request.User is not null)
            translation.Drop("user", "not known to Ollama");
        if (request.Source == Form)
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
        writer.WriteString("model"u8, answer.Model.Length > 0 ? answer.Model : request.Model);
        writer.WriteStartArray("embeddings"u8);
        foreach (var vector in answer.Vectors)
            EmbeddingVectors.Write(writer, vector, asBase64: false);
        writer.WriteEndArray();
        if (answer.Usage is { } usage)
            writer.WriteNumber("prompt_eval_count"u8, usage.InputTokens);
        writer.WriteEndObject();
    }

    private EmbeddingsRequest ReadRequest(JsonElement root)
    {
        var request = new EmbeddingsRequest { Source = Form };
        JsonMembers? extensions = null;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            switch (member.Name)
            {
                case "model":
                    request.Model = JsonBody.WantText(member.Value, "model");
                    break;
                case "input" or "prompt":
                    request.IsSingle = member.Value.ValueKind == JsonValueKind.String;
                    var texts = new List<string>();
                    JsonBody.WantTexts(member.Value, member.Name, texts);
                    foreach (var text in texts)
                        request.Inputs.Add(new EmbeddingsInput { Text = text });
                    break;
                case "dimensions":
                    request.Dimensions = JsonBody.WantLong(member.Value, "dimensions");
                    break;
                case "truncate":
                    request.Truncate = JsonBody.WantBool(member.Value, "truncate");
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        request.Extensions = extensions;
        if (request.Inputs.Count == 0)
            throw new ChatFormatException("'input' is missing or empty.", "input");
        return request;
    }

    private static EmbeddingsAnswer ReadAnswer(JsonElement root)
    {
        var answer = new EmbeddingsAnswer { Model = JsonBody.TextOf(root, "model"u8) ?? "" };
        var single = JsonBody.Member(root, "embedding"u8);
        if (single.ValueKind == JsonValueKind.Array)
        {
            answer.Vectors.Add(EmbeddingVectors.Read(single, mayBe64Bit: false, "embedding"));
        }
        else
        {
            var number = 0;
            foreach (var vector in JsonBody.WantList(JsonBody.Member(root, "embeddings"u8), "embeddings").EnumerateArray())
                answer.Vectors.Add(EmbeddingVectors.Read(vector, mayBe64Bit: false, string.Create(CultureInfo.InvariantCulture, $"embeddings[{number++}]")));
        }
        if (JsonBody.CountOf(root, "prompt_eval_count"u8) is { } tokens)
            answer.Usage = new Usage { InputTokens = tokens };
        return answer;
    }
}
