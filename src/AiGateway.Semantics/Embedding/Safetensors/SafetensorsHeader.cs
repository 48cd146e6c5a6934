using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text.Json;

namespace AiGateway.Semantics.Embedding.Safetensors;

/// <summary>
/// Reads the header of a safetensors file and trusts none of it: 8 bytes of length, then a JSON object that gives each tensor's
/// type, shape and range of bytes behind the header. The ranges have to fit types and shapes, and cover the file without gap or overlap.
/// </summary>
internal static class SafetensorsHeader
{
    // The format's own bound is 100 MB; the header of a model of 1,000 tensors has about 100 KB.
    private const long MostHeaderBytes = 16 * 1024 * 1024;
    private const int MostDimensions = 8;

    private static readonly FrozenDictionary<string, (TensorType Type, int Size)> Types = new Dictionary<string, (TensorType, int)>
    {
        ["F32"] = (TensorType.F32, 4),
        ["F16"] = (TensorType.F16, 2),
        ["BF16"] = (TensorType.BF16, 2),
        ["I8"] = (TensorType.I8, 1),
        ["F64"] = (TensorType.F64, 8),
        ["I16"] = (TensorType.I16, 2),
        ["I32"] = (TensorType.I32, 4),
        ["I64"] = (TensorType.I64, 8),
        ["U8"] = (TensorType.U8, 1),
        ["U16"] = (TensorType.U16, 2),
        ["U32"] = (TensorType.U32, 4),
        ["U64"] = (TensorType.U64, 8),
        ["BOOL"] = (TensorType.Bool, 1),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The tensors by name.</summary>
    /// <exception cref="EmbeddingModelException">The file is not a sound safetensors file.</exception>
    public static FrozenDictionary<string, TensorEntry> Read(string path, Stream file)
    {
        var length = file.Length;
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (length < prefix.Length)
        {
            throw Refused(path, $"it has {length} bytes, which is too short for a header");
        }
        file.ReadExactly(prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > (ulong)Math.Min(MostHeaderBytes, length - prefix.Length))
        {
            throw Refused(path, $"its header claims {headerLength} bytes, of {length} in the file and at most {MostHeaderBytes} permitted");
        }
        var header = new byte[(int)headerLength];
        file.ReadExactly(header);
        try
        {
            using var document = JsonDocument.Parse(header);
            return Read(path, document.RootElement, prefix.Length + (long)headerLength, length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: a string that is no Unicode.
            throw new EmbeddingModelException($"{path}: its header is not JSON: {e.Message}", e);
        }
    }

    private static FrozenDictionary<string, TensorEntry> Read(string path, JsonElement root, long start, long length)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Refused(path, "its header is not a JSON object");
        }
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (member.NameEquals("__metadata__"u8))
            {
                continue;
            }
            if (!tensors.TryAdd(member.Name, ReadTensor(path, member, start, length)))
            {
                throw Refused(path, $"tensor '{member.Name}' stands in the header twice");
            }
        }
        var end = start;
        foreach (var tensor in tensors.Values.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Bytes))
        {
            if (tensor.Offset != end)
            {
                throw Refused(path, $"tensor '{tensor.Name}' begins at byte {tensor.Offset}, where the one before it ends at {end}");
            }
            end += tensor.Bytes;
        }
        return end == length
            ? tensors.ToFrozenDictionary(StringComparer.Ordinal)
            : throw Refused(path, $"its tensors end at byte {end}, the file at {length}: it was cut off or something was appended");
    }

    private static TensorEntry ReadTensor(string path, JsonProperty member, long start, long length)
    {
        var name = member.Name;
        if (member.Value.ValueKind != JsonValueKind.Object
            || !member.Value.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || !member.Value.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !member.Value.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array
            || offsets.GetArrayLength() != 2 || !TryLong(offsets[0], out var from) || !TryLong(offsets[1], out var to))
        {
            throw Refused(path, $"tensor '{name}' lacks a sound dtype, shape or data_offsets");
        }
        if (!Types.TryGetValue(type.GetString()!, out var known))
        {
            throw Refused(path, $"tensor '{name}' has the unknown type '{type.GetString()}'");
        }
        if (shape.GetArrayLength() > MostDimensions)
        {
            throw Refused(path, $"tensor '{name}' has {shape.GetArrayLength()} dimensions; at most {MostDimensions} are read");
        }
        var extents = new int[shape.GetArrayLength()];
        var bytes = (Int128)known.Size;
        for (var i = 0; i < extents.Length; i++)
        {
            if (shape[i].ValueKind != JsonValueKind.Number || !shape[i].TryGetInt32(out extents[i]) || extents[i] < 0)
            {
                throw Refused(path, $"tensor '{name}' has the extent {shape[i].GetRawText()}, which is not a number from 0 to {int.MaxValue}");
            }
            // Eight extents below 2^31 may exceed even Int128, so the product stops where no file can hold it.
            bytes = bytes > length ? bytes : bytes * extents[i];
        }
        if (from < 0 || to < from || to > length - start)
        {
            throw Refused(path, $"tensor '{name}' claims the bytes {from} to {to} of {length - start}");
        }
        return bytes == to - from
            ? new TensorEntry(name, known.Type, extents, start + from, to - from)
            : throw Refused(path, $"tensor '{name}' has {to - from} bytes, which is not what its type and shape {shape.GetRawText()} need");
    }

    private static bool TryLong(JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }

    private static EmbeddingModelException Refused(string path, string reason) => new($"{path}: {reason}.");
}
