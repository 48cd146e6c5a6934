using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Semantics.Tests.Embedding;

/// <summary>The tensors of a carried model as floats, read without the product's reader.</summary>
internal static class CarriedWeights
{
    public static IEnumerable<(string Name, int[] Shape, float[] Values)> Floats(string model)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Models.Folder(model), "model.safetensors"));
        var start = sizeof(ulong) + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(sizeof(ulong), start - sizeof(ulong)));
        var tensors = header.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__").ToDictionary(tensor => tensor.Name, tensor => tensor.Value);
        foreach (var (name, tensor) in tensors.Where(tensor => !tensor.Key.EndsWith(".scale", StringComparison.Ordinal)))
        {
            var shape = tensor.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32()).ToArray();
            if (tensor.GetProperty("dtype").GetString() == "F32")
            {
                yield return (name, shape, MemoryMarshal.Cast<byte, float>(Data(tensor)).ToArray());
                continue;
            }
            var scales = MemoryMarshal.Cast<byte, float>(Data(tensors[name + ".scale"])).ToArray();
            var integers = MemoryMarshal.Cast<byte, sbyte>(Data(tensor)).ToArray();
            var values = new float[shape[0] * shape[1]];
            for (var at = 0; at < values.Length; at++)
            {
                values[at] = integers[at] * scales[at / shape[1]];
            }
            yield return (name, shape, values);
        }

        Span<byte> Data(JsonElement tensor)
        {
            var offsets = tensor.GetProperty("data_offsets");
            return bytes.AsSpan((start + offsets[0].GetInt32())..(start + offsets[1].GetInt32()));
        }
    }
}
