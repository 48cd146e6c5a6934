using System.Collections.Frozen;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AiGateway.Semantics.Embedding.Safetensors;

/// <summary>An open safetensors file; hands out tensors as floats, or as rows of 8-bit integers with their scales. Used while a model loads, by one thread.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const string ScaleSuffix = ".scale";

    private readonly FileStream _file;
    private readonly FrozenDictionary<string, TensorEntry> _tensors;

    private SafetensorsFile(string path, FileStream file, FrozenDictionary<string, TensorEntry> tensors)
    {
        Path = path;
        _file = file;
        _tensors = tensors;
    }

    /// <summary>Where the file is, for messages.</summary>
    public string Path { get; }

    /// <summary>The name of the folder that it lies in.</summary>
    public string Folder => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))) ?? "";

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="EmbeddingModelException">The file is missing, cannot be read or is not sound.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            return new SafetensorsFile(path, file, SafetensorsHeader.Read(path, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new EmbeddingModelException($"{path}: {e.Message}", e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of that name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="EmbeddingModelException">There is no such tensor.</exception>
    public ReadOnlySpan<int> ShapeOf(string name) => Find(name).Shape;

    /// <summary>A tensor of one dimension.</summary>
    /// <exception cref="EmbeddingModelException">It is missing, of another shape or type, or holds a number that is not finite.</exception>
    public float[] ReadVector(string name, int length) => ReadFloats(Find(name, length));

    /// <summary>A tensor of two dimensions.</summary>
    /// <exception cref="EmbeddingModelException">It is missing, of another shape or type, or holds a number that is not finite.</exception>
    public WeightMatrix ReadMatrix(string name, int rows, int columns)
    {
        var tensor = Find(name, rows, columns);
        if (tensor.Type != TensorType.I8)
        {
            return WeightMatrix.Of(rows, columns, ReadFloats(tensor));
        }
        var values = new sbyte[tensor.Bytes];
        ReadBytes(tensor, MemoryMarshal.AsBytes(values.AsSpan()));
        return WeightMatrix.Of(rows, columns, values, Contains(name + ScaleSuffix) ? ReadVector(name + ScaleSuffix, rows) : null);
    }

    public void Dispose() => _file.Dispose();

    private TensorEntry Find(string name) =>
        _tensors.TryGetValue(name, out var tensor) ? tensor : throw new EmbeddingModelException($"{Path}: there is no tensor '{name}'.");

    private TensorEntry Find(string name, params ReadOnlySpan<int> shape)
    {
        var tensor = Find(name);
        if (!tensor.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new EmbeddingModelException($"{Path}: tensor '{name}' has the shape {tensor.ShapeText}, where [{string.Join(", ", shape.ToArray())}] is needed.");
        }
        return tensor.Bytes <= Array.MaxLength
            ? tensor
            : throw new EmbeddingModelException($"{Path}: tensor '{name}' has {tensor.Bytes} bytes, which is more than {Array.MaxLength}.");
    }

    private float[] ReadFloats(TensorEntry tensor)
    {
        var values = new float[Count(tensor.Shape)];
        switch (tensor.Type)
        {
            case TensorType.F32:
                ReadBytes(tensor, MemoryMarshal.AsBytes(values.AsSpan()));
                break;
            case TensorType.F16:
                var halves = new Half[values.Length];
                ReadBytes(tensor, MemoryMarshal.AsBytes(halves.AsSpan()));
                TensorPrimitives.ConvertToSingle(halves, values);
                break;
            case TensorType.BF16:
                // A BF16 is the upper half of a float.
                var upper = new ushort[values.Length];
                ReadBytes(tensor, MemoryMarshal.AsBytes(upper.AsSpan()));
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }
                break;
            default:
                throw new EmbeddingModelException($"{Path}: tensor '{tensor.Name}' has the type {tensor.Type}; weights are read from F32, F16 and BF16, and matrices from I8 too.");
        }
        return TensorPrimitives.IsFiniteAll<float>(values)
            ? values
            : throw new EmbeddingModelException($"{Path}: tensor '{tensor.Name}' holds a number that is not finite.");
    }

    private void ReadBytes(TensorEntry tensor, Span<byte> bytes)
    {
        try
        {
            _file.Position = tensor.Offset;
            _file.ReadExactly(bytes);
        }
        catch (IOException e)
        {
            throw new EmbeddingModelException($"{Path}: tensor '{tensor.Name}': {e.Message}", e);
        }
    }

    // No overflow: the bytes were found to be as many as shape and type say, and few enough for an array.
    private static int Count(int[] shape)
    {
        var count = 1;
        foreach (var extent in shape)
        {
            count *= extent;
        }
        return count;
    }
}
