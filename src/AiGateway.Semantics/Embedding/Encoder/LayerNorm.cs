using System.Numerics.Tensors;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>Brings a token's numbers to mean 0 and variance 1, then to learned ones.</summary>
internal sealed class LayerNorm(float[] weight, float[] bias, float epsilon)
{
    /// <summary>Normalises in place; the row is as long as the weights.</summary>
    public void Apply(Span<float> row)
    {
        TensorPrimitives.Subtract(row, TensorPrimitives.Sum<float>(row) / row.Length, row);
        var variance = TensorPrimitives.SumOfSquares<float>(row) / row.Length;
        TensorPrimitives.Multiply(row, 1 / MathF.Sqrt(variance + epsilon), row);
        TensorPrimitives.MultiplyAdd(row, weight, bias, row);
    }
}
