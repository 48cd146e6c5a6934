using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using JsonText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Forms made after OpenAI's: <c>input</c>, and a list <c>data</c> of vectors with their numbers. They differ in names, words and limits.</summary>
public abstract class OpenAIShapedEmbeddings : EmbeddingsCodec
{
    private protected OpenAIShapedEmbeddings()
    {
    }

    /// <summary>The member that asks for a size.</summary>
    private protected virtual string DimensionsName => "dimensions";

    /// <summary>The member that asks for base64; null where the provider has none.</summary>
    private protected virtual string? EncodingName => "encoding_format";

    /// <summary>Whether <c>float</c> may be asked for by name.</summary>
    private protected virtual bool TakesFloatByName => true;

    /// <summary>The member that says what the vectors are for; null where the provider has none.</summary>
    private protected virtual string? InputTypeName => null;

    /// <summary>The member that permits cutting; null where the provider has none.</summary>
    private protected virtual string? TruncateName => null;

    private protected virtual bool TakesTokens => false;

    private protected virtual bool TakesImages => false;

    private protected virtual bool TakesUser => false;

    private protected virtual bool MaySend64Bit => false;

    /// <summary>Whether OpenAI's unknown members are this form's as well.</summary>
    private protected virtual bool IsFamily(EmbeddingsForm source) => source == Form;

    /// <summary>Our word for the provider's.</summary>
    private protected virtual string ReadInputType(string word) => word;

    /// <summary>The provider's word for ours; null when it has none.</summary>
    private protected virtual string? WriteInputType(string word) => word;

    /// <inheritdoc/>
    public sealed override EmbeddingsRequest ReadRequest(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadRequest);

    /// <inheritdoc/>
    public sealed override void WriteRequest(EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("model"u8, translation.Model.Length > 0 ? translation.Model : request.Model);
        writer.WritePropertyName("input"u8);
        var isList = !request.IsSingle || request.Inputs.Count != 1;
        if (isList)
            writer.WriteStartArray();
        for (var i = 0; i < request.Inputs.Count; i++)
            WriteInput(writer, request.Inputs[i], string.Create(CultureInfo.InvariantCulture, $"input[{i}]"));
        if (isList)
            writer.WriteEndArray();
        if (request.Dimensions is { } dimensions)
            writer.WriteNumber(DimensionsName, dimensions);
        WriteEncoding(writer, request);
        WriteOptional(writer, request, translation);
        if (IsFamily(request.Source))
            request.Extensions?.WriteTo(writer);
        else
            translation.DropAll(request.Extensions);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public sealed override EmbeddingsAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, ReadAnswer);

    /// <inheritdoc/>
    public sealed override void WriteAnswer(EmbeddingsAnswer answer, EmbeddingsRequest request, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        for (var i = 0; i < answer.Vectors.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "embedding"u8);
            writer.WriteNumber("index"u8, i);
            writer.WritePropertyName("embedding"u8);
            EmbeddingVectors.Write(writer, answer.Vectors[i], request.AsBase64 == true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("model"u8, answer.Model.Length > 0 ? answer.Model : request.Model);
        // OpenAI's libraries insist on a usage object.
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("prompt_tokens"u8, answer.Usage?.InputTokens ?? 0);
        writer.WriteNumber("total_tokens"u8, answer.Usage?.InputTokens ?? 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private EmbeddingsRequest ReadRequest(JsonElement root)
    {
        var request = new EmbeddingsRequest { Source = Form };
        request.Extensions = root.ReadMembers((name, value) => ReadMember(request, name, value));
        if (request.Inputs.Count == 0)
            throw new ChatFormatException("'input' is missing or empty.", "input");
        return request;
    }

    private bool ReadMember(EmbeddingsRequest request, string name, JsonElement value)
    {
        if (name == "model")
            request.Model = JsonBody.WantText(value, name);
        else if (name == "input")
            EmbeddingInputs.Read(value, request);
        else if (name == DimensionsName)
            request.Dimensions = value.WantPositive(name);
        else if (name == EncodingName && value.ValueKind == JsonValueKind.String && value.GetString() is "float" or "base64")
            request.AsBase64 = value.ValueEquals("base64"u8);
        else if (name == EncodingName && Form == EmbeddingsForm.OpenAI)
            throw new ChatFormatException($"'{name}' must be 'float' or 'base64'.", name);
        else if (name == (InputTypeName ?? "input_type") && value.ValueKind == JsonValueKind.String)
            request.InputType = ReadInputType(EmbeddingInputs.TypeOf(value.GetString()!));
        else if (name == TruncateName && value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            request.Truncate = value.GetBoolean();
        else if (name == "user" && TakesUser)
            request.User = JsonBody.WantText(value, name);
        else
            return false;
        return true;
    }

    private void WriteInput(Utf8JsonWriter writer, EmbeddingsInput input, string path)
    {
        if (input.Text is { } text)
        {
            writer.WriteStringValue(text);
        }
        else if (input.Tokens is { } tokens && TakesTokens)
        {
            writer.WriteStartArray();
            foreach (var token in tokens)
                writer.WriteNumberValue(token);
            writer.WriteEndArray();
        }
        else if (input.Image is { } image && TakesImages)
        {
            writer.WriteStartObject();
            writer.WriteString("image"u8, image.Base64 ?? image.Url);
            writer.WriteEndObject();
        }
        else
        {
            throw EmbeddingInputs.NotTaken(input, path);
        }
    }

    private void WriteEncoding(Utf8JsonWriter writer, EmbeddingsRequest request)
    {
        if (EncodingName is not { } name || request.AsBase64 is not { } asBase64)
            return;
        if (asBase64 && !MaySend64Bit)
            writer.WriteString(name, "base64"u8);
        else if (TakesFloatByName)
            writer.WriteString(name, "float"u8);
    }

    private void WriteOptional(Utf8JsonWriter writer, EmbeddingsRequest request, Translation translation)
    {
        if (request.InputType is { } type)
        {
            if (InputTypeName is { } name && WriteInputType(type) is { } word)
                writer.WriteString(name, word);
            else
                translation.Drop("input_type", "not known to the provider");
        }
        if (request.Truncate is { } truncate)
        {
            if (TruncateName is { } name)
                writer.WriteBoolean(name, truncate);
            else
                translation.Drop("truncate", "not known to the provider");
        }
        if (request.User is { } user)
        {
            if (TakesUser)
                writer.WriteString("user"u8, user);
            else
                translation.Drop("user", "not known to the provider");
        }
        if (request.Types is { } types && types.Exists(static kind => kind is not ("float" or "base64")))
            translation.Drop("embedding_types", "vectors are floats");
    }

    private EmbeddingsAnswer ReadAnswer(JsonElement root)
    {
        var answer = new EmbeddingsAnswer { Id = JsonBody.TextOf(root, "id"u8), Model = JsonBody.TextOf(root, "model"u8) ?? "" };
        var data = JsonBody.WantList(JsonBody.Member(root, "data"u8), "data");
        var vectors = new float[data.GetArrayLength()][];
        var number = 0;
        foreach (var item in data.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"data[{number}].embedding");
            var vector = EmbeddingVectors.Read(JsonBody.Member(item, "embedding"u8), MaySend64Bit, path);
            var index = JsonBody.LongOf(item, "index"u8) ?? number;
            if (index < 0 || index >= vectors.Length || vectors[index] is not null)
                throw new ChatFormatException("The answer's vectors are not numbered one by one.", path);
            vectors[index] = vector;
            number++;
        }
        answer.Vectors.AddRange(vectors);
        var usage = JsonBody.Member(root, "usage"u8);
        if (usage.ValueKind == JsonValueKind.Object)
            answer.Usage = UsageReader.Read(JsonValue.Of(usage).Utf8, UsageRules.OpenAI);
        return answer;
    }
}
