using System.Buffers.Binary;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/embeddings</c>: unit vectors that are a function of the text, so that equal texts have equal vectors.</summary>
internal static class EmbeddingAnswer
{
    public const int DefaultDimensions = 1536;
    private const int MaxDimensions = 4096;
    private const int MaxInputs = 2048;

    public static Answer Of(SimulatedRequest request)
    {
        var json = request.Json;
        if ((RequestRules.Require(json, "input") ?? RequestRules.CheckRange(json, "dimensions"u8, "dimensions", 1, MaxDimensions)) is { } refusal)
            return refusal;
        var value = json.GetProperty("input"u8);
        if (TextInput.Of(value) is not { Count: <= MaxInputs } inputs)
            return ErrorAnswers.BadRequest("'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.", "input");
        var format = json.Text("encoding_format"u8) ?? "float";
        if (format is not ("float" or "base64"))
            return ErrorAnswers.BadRequest($"Invalid value: '{format}'. Supported values are: 'float' and 'base64'.", "encoding_format", "invalid_value");

        var dimensions = json.Whole("dimensions"u8) ?? DefaultDimensions;
        var total = inputs.Sum(input => input.Tokens);
        var body = PooledOutput.Rent();
        var writer = body.StartJson();
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        var vector = new float[dimensions];
        for (var index = 0; index < inputs.Count; index++)
        {
            Fill(vector, inputs[index].Text, (ulong)request.Options.Seed);
            writer.WriteStartObject();
            writer.WriteString("object"u8, "embedding"u8);
            writer.WriteNumber("index"u8, index);
            if (format == "base64")
                writer.WriteBase64String("embedding"u8, LittleEndian(vector));
            else
                WriteFloats(writer, vector);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteString("model"u8, request.Model);
        if (request.ReportsUsage)
        {
            writer.WriteStartObject("usage"u8);
            writer.WriteNumber("prompt_tokens"u8, total);
            writer.WriteNumber("total_tokens"u8, total);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.Flush();
        return new Answer { Body = body, InputTokens = total };
    }

    /// <summary>Fills the vector of a text.</summary>
    public static void Fill(float[] vector, string text, ulong seed)
    {
        var state = Hashing.Of(text, seed);
        var squares = 0.0;
        for (var index = 0; index < vector.Length; index++)
        {
            state = Hashing.Mix(state);
            var value = (Hashing.Unit(state) * 2) - 1;
            vector[index] = (float)value;
            squares += value * value;
        }
        var length = Math.Sqrt(squares);
        for (var index = 0; index < vector.Length; index++)
            vector[index] = (float)(vector[index] / length);
    }

    private static void WriteFloats(System.Text.Json.Utf8JsonWriter writer, float[] vector)
    {
        writer.WriteStartArray("embedding"u8);
        foreach (var value in vector)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }

    private static byte[] LittleEndian(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var index = 0; index < vector.Length; index++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(index * sizeof(float)), vector[index]);
        return bytes;
    }
}
