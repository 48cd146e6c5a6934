namespace AiGateway.Semantics.Embedding.Safetensors;

/// <summary>One tensor in the header of a safetensors file, checked against the file's length.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Shape">Extent of each dimension, the slowest first; empty for a single number.</param>
/// <param name="Offset">Where its bytes begin, from the start of the file.</param>
/// <param name="Bytes">How many bytes it has.</param>
internal sealed record TensorEntry(string Name, TensorType Type, int[] Shape, long Offset, long Bytes)
{
    /// <summary>The shape for messages: <c>[30522, 384]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
