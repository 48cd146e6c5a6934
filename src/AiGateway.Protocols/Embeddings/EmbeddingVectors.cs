using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Embeddings;

/// <summary>Vectors as numbers and as base64.</summary>
internal static class EmbeddingVectors
{
    /// <summary>The bits of a 64-bit float's lower half that are 0 when it holds a 32-bit float.</summary>
    private const uint Unused = 0x1FFF_FFFF;

    /// <summary>No model gives numbers as large; half of a 64-bit float, read as one of 32, often does.</summary>
    private const float Largest = 1e6f;

    /// <summary>Reads a list of numbers, or base64 of little-endian floats.</summary>
    /// <param name="vector">The value.</param>
    /// <param name="mayBe64Bit">Whether base64 of 64-bit floats is to be expected (vLLM).</param>
    /// <param name="path">For the error.</param>
    /// <exception cref="ChatFormatException">It is neither.</exception>
    public static float[] Read(JsonElement vector, bool mayBe64Bit, string path)
    {
        if (vector.ValueKind == JsonValueKind.String)
        {
            if (!vector.TryGetBytesFromBase64(out var bytes) || bytes.Length % sizeof(float) != 0)
                throw new ChatFormatException($"'{path}' is no base64 of floats.", path);
            return FromBytes(bytes, mayBe64Bit);
        }
        var read = new float[JsonBody.WantList(vector, path).GetArrayLength()];
        var number = 0;
        foreach (var value in vector.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetSingle(out var one) || !float.IsFinite(one))
                throw new ChatFormatException($"'{path}' must be numbers.", path);
            read[number++] = one;
        }
        return read;
    }

    public static float[] FromBytes(ReadOnlySpan<byte> bytes, bool mayBe64Bit)
    {
        var is64Bit = mayBe64Bit && Is64Bit(bytes);
        var vector = new float[bytes.Length / (is64Bit ? sizeof(double) : sizeof(float))];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = is64Bit
                ? (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * sizeof(double))..])
                : BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        }
        return vector;
    }

    /// <summary>Writes a vector as a value.</summary>
    public static void Write(Utf8JsonWriter writer, float[] vector, bool asBase64)
    {
        if (asBase64)
        {
            WriteBase64(writer, vector);
            return;
        }
        writer.WriteStartArray();
        foreach (var number in vector)
        {
            // Base64 can hold what JSON cannot.
            writer.WriteNumberValue(float.IsFinite(number) ? number : 0);
        }
        writer.WriteEndArray();
    }

    private static void WriteBase64(Utf8JsonWriter writer, float[] vector)
    {
        if (BitConverter.IsLittleEndian)
        {
            writer.WriteBase64StringValue(MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        writer.WriteBase64StringValue(bytes);
    }

    /// <summary>
    /// Whether bytes are 64-bit floats: every lower half is one of a widened 32-bit float, or, read as 32-bit floats, some
    /// number is none that a model gives.
    /// </summary>
    private static bool Is64Bit(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0 || bytes.Length % sizeof(double) != 0)
            return false;
        var isWidened = true;
        var isAllZero = true;
        for (var at = 0; at < bytes.Length; at += sizeof(float))
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            if (at % sizeof(double) == 0)
                isWidened &= (word & Unused) == 0;
            isAllZero &= word == 0;
            if (!(Math.Abs(BitConverter.UInt32BitsToSingle(word)) < Largest))
                return true;
        }
        return isWidened && !isAllZero;
    }
}
