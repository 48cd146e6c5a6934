using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>
/// Translates OpenAI's <c>/v1/embeddings</c> (https://platform.openai.com/docs/api-reference/embeddings) and Gemini's
/// embedContent and batchEmbedContents (https://ai.google.dev/api/embeddings) both ways. Readers throw <see cref="ChatFormatException"/> only.
/// </summary>
public static class GeminiEmbeddings
{
    /// <summary>Reads OpenAI's request. Inputs that are token ids have no counterpart and are refused.</summary>
    /// <exception cref="ChatFormatException">It cannot be read, or holds token ids.</exception>
    public static EmbeddingCall ReadOpenAIRequest(ReadOnlyMemory<byte> body) => GeminiJson.Read(body, static root =>
    {
        var call = new EmbeddingCall();
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            switch (member.Name)
            {
                case "model":
                    call.Model = GeminiJson.Text(value, "model");
                    break;
                case "input" when value.ValueKind == JsonValueKind.Array:
                    call.IsBatch = true;
                    foreach (var input in value.EnumerateArray())
                        call.Inputs.Add(input.ValueKind == JsonValueKind.String ? input.GetString()! : throw new ChatFormatException("Gemini takes texts and no token ids: send 'input' as text.", "input"));
                    break;
                case "input":
                    call.Inputs.Add(GeminiJson.Text(value, "input"));
                    break;
                case "dimensions" when value.ValueKind != JsonValueKind.Null:
                    call.Dimensions = (int)Math.Clamp(GeminiJson.Long(value, "dimensions"), 1, 1_000_000);
                    break;
                case "encoding_format" when value.ValueKind != JsonValueKind.Null:
                    call.IsBase64 = GeminiJson.Text(value, "encoding_format") is "base64";
                    break;
                default:
                    if (value.ValueKind != JsonValueKind.Null)
                        call.Others.Add(member.Name);
                    break;
            }
        }
        return call.Inputs.Count > 0 ? call : throw new ChatFormatException("'input' is missing or empty.", "input");
    });

    /// <summary>Writes the body of batchEmbedContents or, for <paramref name="single"/>, of embedContent, which Vertex AI takes for one text.</summary>
    /// <param name="call">What is asked; for embedContent its first input counts.</param>
    /// <param name="model">The model as the path names it, without <c>models/</c>.</param>
    /// <param name="single">True for embedContent.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <param name="output">Where to.</param>
    public static void WriteGeminiRequest(EmbeddingCall call, string model, bool single, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        writer.WriteStartObject();
        if (single)
        {
            WriteContent(writer, call, call.Inputs.Count > 0 ? call.Inputs[0] : "");
            for (var i = 1; i < call.Inputs.Count; i++)
                translation.Drop("input", "embedContent takes one text");
        }
        else
        {
            writer.WriteStartArray("requests");
            foreach (var input in call.Inputs)
            {
                writer.WriteStartObject();
                writer.WriteString("model", "models/" + model);
                WriteContent(writer, call, input);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        foreach (var other in call.Others)
            translation.Drop(other, "Gemini's embeddings have no such member");
    }

    /// <summary>Reads the answer of embedContent or batchEmbedContents.</summary>
    /// <exception cref="ChatFormatException">It is none.</exception>
    public static EmbeddingAnswer ReadGeminiAnswer(ReadOnlyMemory<byte> body) => GeminiJson.Read(body, static root =>
    {
        var answer = new EmbeddingAnswer();
        var list = GeminiNames.Find(root, "embeddings");
        if (list.ValueKind == JsonValueKind.Undefined)
            list = GeminiNames.Find(root, "embedding");
        if (list.ValueKind == JsonValueKind.Undefined)
            throw new ChatFormatException("The body is no answer of embedContent: it has no embeddings.", "embeddings");
        long tokens = 0;
        var counted = false;
        foreach (var embedding in GeminiJson.Items(list, "embeddings"))
        {
            answer.Vectors.Add(Vector(GeminiNames.Find(embedding, "values"), "embeddings[].values"));

            // Vertex AI counts each text by itself.
            if (GeminiJson.TryLong(GeminiNames.Find(GeminiNames.Find(embedding, "statistics"), "tokenCount"), out var count) && count is >= 0 and < 1_000_000_000)
            {
                counted = true;
                tokens += count;
            }
        }
        if (GeminiJson.TryLong(GeminiNames.Find(GeminiNames.Find(root, "usageMetadata"), "promptTokenCount"), out var prompt) && prompt >= 0)
            answer.InputTokens = prompt;
        else if (counted)
            answer.InputTokens = tokens;
        return answer;
    });

    /// <summary>Writes OpenAI's answer; tokens that the provider did not count are said as 0.</summary>
    public static void WriteOpenAIAnswer(EmbeddingAnswer answer, EmbeddingCall call, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("object", "list");
        writer.WriteStartArray("data");
        for (var i = 0; i < answer.Vectors.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("object", "embedding");
            writer.WriteNumber("index", i);
            if (call.IsBase64)
                WriteBase64(writer, answer.Vectors[i]);
            else
                WriteVector(writer, "embedding", answer.Vectors[i]);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("model", answer.Model.Length > 0 ? answer.Model : call.Model);
        writer.WriteStartObject("usage");
        writer.WriteNumber("prompt_tokens", answer.InputTokens ?? 0);
        writer.WriteNumber("total_tokens", answer.InputTokens ?? 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads the body of embedContent or batchEmbedContents. A content's text parts are one text, as Gemini takes them.</summary>
    /// <exception cref="ChatFormatException">It cannot be read, or holds other than text.</exception>
    public static EmbeddingCall ReadGeminiRequest(ReadOnlyMemory<byte> body) => GeminiJson.Read(body, static root =>
    {
        var call = new EmbeddingCall();
        var requests = GeminiNames.Find(root, "requests");
        if (requests.ValueKind == JsonValueKind.Undefined)
        {
            ReadOne(root, call);
        }
        else
        {
            call.IsBatch = true;
            foreach (var request in GeminiJson.Items(requests, "requests"))
                ReadOne(request, call);
        }
        return call.Inputs.Count > 0 ? call : throw new ChatFormatException("'content' is missing or empty.", "content");
    });

    /// <summary>Writes OpenAI's request.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="model">The model.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <param name="output">Where to.</param>
    public static void WriteOpenAIRequest(EmbeddingCall call, string model, Translation translation, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("model", model);
        if (call.IsBatch)
        {
            writer.WriteStartArray("input");
            foreach (var input in call.Inputs)
                writer.WriteStringValue(input);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("input", call.Inputs.Count > 0 ? call.Inputs[0] : "");
        }
        if (call.Dimensions is { } dimensions)
            writer.WriteNumber("dimensions", dimensions);
        writer.WriteString("encoding_format", "float");
        writer.WriteEndObject();
        if (call.TaskType is not null)
            translation.Drop("taskType", "OpenAI's embeddings have no such member");
        foreach (var other in call.Others)
            translation.Drop(other, "OpenAI's embeddings have no such member");
    }

    /// <summary>Reads OpenAI's answer, vectors as numbers or base64, in the order of their <c>index</c>.</summary>
    /// <exception cref="ChatFormatException">It is none.</exception>
    public static EmbeddingAnswer ReadOpenAIAnswer(ReadOnlyMemory<byte> body) => GeminiJson.Read(body, static root =>
    {
        if (!root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
            throw new ChatFormatException("The body is no answer of /v1/embeddings: it has no data.", "data");
        var vectors = new List<(long Index, float[] Vector)>();
        foreach (var item in data.EnumerateArray())
        {
            if (GeminiJson.Object(item, "data[]").TryGetProperty("embedding", out var embedding))
            {
                var index = item.TryGetProperty("index", out var given) && GeminiJson.TryLong(given, out var number) ? number : vectors.Count;
                vectors.Add((index, embedding.ValueKind == JsonValueKind.String ? FromBase64(embedding) : Vector(embedding, "data[].embedding")));
            }
        }
        vectors.Sort(static (left, right) => left.Index.CompareTo(right.Index));
        var answer = new EmbeddingAnswer { Model = root.TryGetProperty("model", out var model) ? GeminiJson.TextOrNull(model) ?? "" : "" };
        foreach (var (_, vector) in vectors)
            answer.Vectors.Add(vector);
        if (root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
            && usage.TryGetProperty("prompt_tokens", out var tokens) && GeminiJson.TryLong(tokens, out var count) && count >= 0)
        {
            answer.InputTokens = count;
        }
        return answer;
    });

    /// <summary>Writes the answer of batchEmbedContents, or of embedContent when <see cref="EmbeddingCall.IsBatch"/> is false.</summary>
    public static void WriteGeminiAnswer(EmbeddingAnswer answer, EmbeddingCall call, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        writer.WriteStartObject();
        if (call.IsBatch)
        {
            writer.WriteStartArray("embeddings");
            foreach (var vector in answer.Vectors)
            {
                writer.WriteStartObject();
                WriteVector(writer, "values", vector);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteStartObject("embedding");
            WriteVector(writer, "values", answer.Vectors.Count > 0 ? answer.Vectors[0] : []);
            writer.WriteEndObject();
        }
        if (answer.InputTokens is { } tokens)
        {
            writer.WriteStartObject("usageMetadata");
            writer.WriteNumber("promptTokenCount", tokens);
            writer.WriteNumber("totalTokenCount", tokens);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, EmbeddingCall call, string input)
    {
        writer.WriteStartObject("content");
        writer.WriteStartArray("parts");
        writer.WriteStartObject();
        writer.WriteString("text", input);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        if (call.Dimensions is { } dimensions)
            writer.WriteNumber("outputDimensionality", dimensions);
    }

    private static void ReadOne(JsonElement request, EmbeddingCall call)
    {
        var text = "";
        foreach (var member in GeminiJson.Object(request, "requests[]").EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "content":
                    foreach (var part in GeminiJson.Items(GeminiNames.Find(member.Value, "parts"), "content.parts"))
                        text += GeminiJson.TextOrNull(GeminiNames.Find(part, "text")) ?? throw new ChatFormatException("Only texts can be embedded by this target.", "content.parts[]");
                    break;
                case "model":
                    call.Model = GeminiRequestReader.ModelName(GeminiJson.TextOrNull(member.Value) ?? "");
                    break;
                case "outputDimensionality" when member.Value.ValueKind != JsonValueKind.Null:
                    call.Dimensions = (int)Math.Clamp(GeminiJson.Long(member.Value, "outputDimensionality"), 1, 1_000_000);
                    break;
                case "embedContentConfig" when member.Value.ValueKind == JsonValueKind.Object && GeminiJson.TryLong(GeminiNames.Find(member.Value, "outputDimensionality"), out var dimensions):
                    call.Dimensions = (int)Math.Clamp(dimensions, 1, 1_000_000);
                    break;
                case "taskType" when member.Value.ValueKind == JsonValueKind.String && (call.TaskType ?? member.Value.GetString()) == member.Value.GetString():
                    call.TaskType = member.Value.GetString();
                    break;
                default:
                    if (!call.Others.Contains(member.Name))
                        call.Others.Add(member.Name);
                    break;
            }
        }
        call.Inputs.Add(text);
    }

    private static float[] Vector(JsonElement values, string path)
    {
        if (values.ValueKind != JsonValueKind.Array)
            throw new ChatFormatException($"'{path}' must be a list of numbers.", path);
        var vector = new float[values.GetArrayLength()];
        var at = 0;
        foreach (var value in values.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetSingle(out var number) || !float.IsFinite(number))
                throw new ChatFormatException($"'{path}' must be a list of numbers.", path);
            vector[at++] = number;
        }
        return vector;
    }

    private static float[] FromBase64(JsonElement text)
    {
        var bytes = text.GetBytesFromBase64();
        var vector = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
            if (!float.IsFinite(vector[i]))
                throw new ChatFormatException("'data[].embedding' holds what is no number.", "data[].embedding");
        }
        return vector;
    }

    private static void WriteVector(Utf8JsonWriter writer, string name, float[] vector)
    {
        writer.WriteStartArray(name);
        foreach (var value in vector)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static void WriteBase64(Utf8JsonWriter writer, float[] vector)
    {
        if (BitConverter.IsLittleEndian)
        {
            writer.WriteBase64String("embedding", MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        writer.WriteBase64String("embedding", bytes);
    }
}
