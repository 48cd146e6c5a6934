using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AiGateway.Semantics.Tests.Embedding;

/// <summary>A model's folder of a test's own making, removed with the test.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly SortedDictionary<string, (string Type, int[] Shape, byte[] Bytes)> _tensors = new(StringComparer.Ordinal);

    public string Path { get; } = Directory.CreateTempSubdirectory("aigateway-model").FullName;

    public string WeightsPath => Of("model.safetensors");

    public string Of(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Adds a tensor of floats, written as the given type.</summary>
    public void Add(string name, string type, int[] shape, float[] values) => _tensors[name] = (type, shape, type switch
    {
        "F32" => MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        "F16" => MemoryMarshal.AsBytes(Array.ConvertAll(values, value => (Half)value).AsSpan()).ToArray(),
        "BF16" => MemoryMarshal.AsBytes(Array.ConvertAll(values, Upper).AsSpan()).ToArray(),
        _ => throw new ArgumentException(type, nameof(type)),
    });

    /// <summary>Adds a tensor of 8-bit integers.</summary>
    public void Add(string name, int[] shape, sbyte[] values) => _tensors[name] = ("I8", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public void WriteWeights()
    {
        var header = new JsonObject();
        var offset = 0;
        foreach (var (name, tensor) in _tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = tensor.Type,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(extent => (JsonNode)extent)]),
                ["data_offsets"] = new JsonArray(offset, offset + tensor.Bytes.Length),
            };
            offset += tensor.Bytes.Length;
        }
        WriteWeights(header.ToJsonString(), []);
        using var file = new FileStream(WeightsPath, FileMode.Append);
        foreach (var tensor in _tensors.Values)
        {
            file.Write(tensor.Bytes);
        }
    }

    public void WriteWeights(string header, byte[] data)
    {
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)Encoding.UTF8.GetByteCount(header));
        File.WriteAllBytes(WeightsPath, [.. length, .. Encoding.UTF8.GetBytes(header), .. data]);
    }

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Of(name))!);
        File.WriteAllText(Of(name), text);
    }

    /// <summary>Copies a file of a carried model, changed as a test needs it.</summary>
    public void Copy(string model, string name, Action<JsonObject>? change = null)
    {
        var root = JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Models.Folder(model), name)))!.AsObject();
        change?.Invoke(root);
        Write(name, root.ToJsonString());
    }

    /// <summary>Writes a tokeniser of the given pieces, their ids in this order; the first four are [PAD], [UNK], [CLS] and [SEP].</summary>
    public void WriteTokenizer(params string[] pieces)
    {
        string[] all = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", .. pieces];
        Copy("sentence-384", "tokenizer.json", root =>
        {
            root["model"]!["vocab"] = JsonSerializer.SerializeToNode(all.Select((piece, id) => (piece, id)).ToDictionary(pair => pair.piece, pair => pair.id));
            root["added_tokens"] = new JsonArray();
            root["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""");
        });
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    // Rounded to the nearest, as conversions of models are.
    private static ushort Upper(float value) => (ushort)((BitConverter.SingleToUInt32Bits(value) + 0x8000) >> 16);
}
