using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Cohere's <c>/v2/embed</c>, also as Bedrock's body. Source: <c>https://docs.cohere.com/v2/reference/embed</c>, <c>https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html</c>.</summary>
/// <remarks>
/// <c>input_type</c> is compulsory: <c>search_document</c> where the caller says nothing. Floats are asked for and base64 is
/// made here. A mix of text and pictures is sent as <c>inputs</c>, which Embed 4 and later take.
/// </remarks>
public sealed class CohereEmbeddings : EmbeddingsCodec
{
    private const string DefaultInputType = "search_document";

    private static readonly string[] Types = ["float", "base64", "int8", "uint8", "binary", "ubinary"];

    private readonly bool _isBedrock;

    private CohereEmbeddings(bool isBedrock) => _isBedrock = isBedrock;

    /// <summary>Cohere's own.</summary>
    public static CohereEmbeddings Instance { get; } = new(isBedrock: false);

    /// <summary>Bedrock's: the model is in the path.</summary>
    public static CohereEmbeddings Bedrock { get; } = new(isBedrock: true);

    /// <inheritdoc/>
    public override EmbeddingsForm Form => _isBedrock ? EmbeddingsForm.BedrockCohere : EmbeddingsForm.Cohere;

    /// <inheritdoc/>
    public override int MostInputs => 96;

    private static bool IsOwn(EmbeddingsRequest request) => request.Source is EmbeddingsForm.Cohere or EmbeddingsForm.BedrockCohere;

    /// <inheritdoc/>
    public override EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public override EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public override void WriteRequest(EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        if (!_isBedrock)
            writer.WriteString("model"u8, translation.Model.Length > 0 ? translation.Model : request.Model);
        writer.WriteString("input_type"u8, TypeOf(request.InputType, translation));
        WriteInputs(writer, request);
        if (!_isBedrock || request.Types is not null)
        {
            writer.WriteStartArray("embedding_types"u8);
            foreach (var type in IsOwn(request) && request.Types is { } types ? types : ["float"])
                writer.WriteStringValue(type);
            writer.WriteEndArray();
        }
        if (request.Dimensions is { } dimensions)
            writer.WriteNumber("output_dimension"u8, dimensions);
        if (request.Truncate is { } truncate && (!IsOwn(request) || request.Extensions?.Find("truncate").IsAbsent != false))
            writer.WriteString("truncate"u8, truncate ? "END"u8 : "NONE"u8);
        if (request.User is not null)
            translation.Drop("user", "not known to Cohere");
        if (IsOwn(request))
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
        writer.WriteString("id"u8, answer.Id ?? "");
        writer.WriteStartObject("embeddings"u8);
        var written = 0;
        foreach (var type in request.Types ?? [])
        {
            if (type is not ("float" or "base64"))
            {
                translation.Drop("embedding_types." + type, "vectors are floats");
                continue;
            }
            WriteVectors(writer, type, answer);
            written++;
        }
        if (written == 0)
            WriteVectors(writer, "float", answer);
        writer.WriteEndObject();
        writer.WriteStartArray("texts"u8);
        foreach (var input in request.Inputs)
        {
            if (input.Text is { } text)
                writer.WriteStringValue(text);
        }
        writer.WriteEndArray();
        writer.WriteStartObject("meta"u8);
        writer.WriteStartObject("api_version"u8);
        writer.WriteString("version"u8, "2"u8);
        writer.WriteEndObject();
        if (answer.Usage is { } usage)
        {
            writer.WriteStartObject("billed_units"u8);
            writer.WriteNumber("input_tokens"u8, usage.InputTokens - usage.ImageInputTokens);
            if (usage.ImageInputTokens > 0)
                writer.WriteNumber("image_tokens"u8, usage.ImageInputTokens);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteString("response_type"u8, "embeddings_by_type"u8);
        writer.WriteEndObject();
    }

    private static string TypeOf(string? type, Translation translation)
    {
        switch (type)
        {
            case null or "document":
                return DefaultInputType;
            case "query":
                return "search_query";
            case "similarity":
                translation.Approximate("input_type", "clustering");
                return "clustering";
            default:
                return type;
        }
    }

    private static void WriteVectors(Utf8JsonWriter writer, string type, EmbeddingsAnswer answer)
    {
        writer.WriteStartArray(type);
        foreach (var vector in answer.Vectors)
            EmbeddingVectors.Write(writer, vector, type == "base64");
        writer.WriteEndArray();
    }

    private static void WriteInputs(Utf8JsonWriter writer, EmbeddingsRequest request)
    {
        var isText = request.Inputs.TrueForAll(static input => input.Text is not null);
        writer.WriteStartArray(isText ? "texts"u8 : request.Inputs.TrueForAll(static input => input.Image is not null) ? "images"u8 : "inputs"u8);
        var isMixed = !isText && !request.Inputs.TrueForAll(static input => input.Image is not null);
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            var said = input.Text ?? (input.Image is { } image ? MediaText.AddressOf(image) : null)
                ?? throw EmbeddingInputs.NotTaken(input, string.Create(CultureInfo.InvariantCulture, $"input[{i}]"));
            if (isMixed)
                WriteMixed(writer, input, said);
            else
                writer.WriteStringValue(said);
        }
        writer.WriteEndArray();
    }

    private static void WriteMixed(Utf8JsonWriter writer, EmbeddingsInput input, string said)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("content"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, input.Text is null ? "image_url"u8 : "text"u8);
        if (input.Text is null)
        {
            writer.WriteStartObject("image_url"u8);
            writer.WriteString("url"u8, said);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString("text"u8, said);
        }
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private EmbeddingsRequest ReadRequest(JsonElement root)
    {
        var request = new EmbeddingsRequest { Source = Form };
        request.Extensions = root.ReadMembers((name, value) => ReadMember(request, name, value));
        if (request.Inputs.Count == 0)
            throw new ChatFormatException("'texts', 'images' or 'inputs' is missing or empty.", "texts");
        return request;
    }

    private static bool ReadMember(EmbeddingsRequest request, string name, JsonElement value)
    {
        switch (name)
        {
            case "model":
                request.Model = JsonBody.WantText(value, name);
                break;
            case "texts":
                var texts = new List<string>();
                JsonBody.WantTexts(value, name, texts);
                foreach (var text in texts)
                    request.Inputs.Add(new EmbeddingsInput { Text = text });
                break;
            case "images":
                var images = new List<string>();
                JsonBody.WantTexts(value, name, images);
                foreach (var image in images)
                    request.Inputs.Add(new EmbeddingsInput { Image = MediaText.Image(image) });
                break;
            case "inputs":
                var number = 0;
                foreach (var input in JsonBody.WantList(value, name).EnumerateArray())
                    request.Inputs.Add(ReadMixed(input, string.Create(CultureInfo.InvariantCulture, $"inputs[{number++}]")));
                break;
            case "input_type":
                request.InputType = EmbeddingInputs.TypeOf(JsonBody.WantText(value, name));
                break;
            case "embedding_types":
                var types = request.Types = [];
                JsonBody.WantTexts(value, name, types);
                request.AsBase64 = types is ["base64"] ? true : null;
                break;
            case "output_dimension":
                request.Dimensions = value.WantPositive(name);
                break;
            case "truncate":
                // START is known to Cohere alone: kept among the extensions beside what others understand.
                var word = JsonBody.WantText(value, name);
                request.Truncate = !word.Equals("NONE", StringComparison.OrdinalIgnoreCase);
                return word is "NONE" or "END";
            default:
                return false;
        }
        return true;
    }

    private static EmbeddingsInput ReadMixed(JsonElement input, string path)
    {
        var content = JsonBody.WantList(JsonBody.Member(input, "content"u8), path + ".content");
        if (content.GetArrayLength() != 1)
            throw new ChatFormatException("Only one text or one picture makes an input here.", path + ".content");
        var item = content[0];
        var image = JsonBody.Member(item, "image_url"u8);
        if (image.ValueKind == JsonValueKind.Undefined)
            return new EmbeddingsInput { Text = JsonBody.WantText(JsonBody.Member(item, "text"u8), path + ".content[0].text") };
        var address = image.ValueKind == JsonValueKind.String ? image.GetString()! : JsonBody.WantText(JsonBody.Member(image, "url"u8), path + ".content[0].image_url.url");
        return new EmbeddingsInput { Image = MediaText.Image(address) };
    }

    private static EmbeddingsAnswer ReadAnswer(JsonElement root)
    {
        var answer = new EmbeddingsAnswer { Id = JsonBody.TextOf(root, "id"u8), Usage = CohereWords.ReadUsage(JsonBody.Member(root, "meta"u8)) };
        var embeddings = JsonBody.Member(root, "embeddings"u8);
        if (embeddings.ValueKind == JsonValueKind.Object)
        {
            foreach (var type in Types)
            {
                if (embeddings.TryGetProperty(type, out var vectors) && vectors.ValueKind == JsonValueKind.Array)
                {
                    embeddings = vectors;
                    break;
                }
            }
        }
        var number = 0;
        foreach (var vector in JsonBody.WantList(embeddings, "embeddings").EnumerateArray())
            answer.Vectors.Add(EmbeddingVectors.Read(vector, mayBe64Bit: false, string.Create(CultureInfo.InvariantCulture, $"embeddings[{number++}]")));
        return answer;
    }
}
