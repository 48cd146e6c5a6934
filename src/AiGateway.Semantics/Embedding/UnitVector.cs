using System.Numerics.Tensors;

namespace AiGateway.Semantics.Embedding;

/// <summary>Vectors of length one, whose dot product is the cosine of their angle.</summary>
internal static class UnitVector
{
    /// <summary>Brings a vector to unit length in place.</summary>
    /// <returns>False, and the vector is not to be used, where it is zero or has a number that is not finite.</returns>
    public static bool TryNormalize(Span<float> vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        // Neither zero nor infinite nor NaN, nor too small to divide by.
        if (!float.IsNormal(length))
        {
            return false;
        }
        TensorPrimitives.Divide(vector, length, vector);
        return true;
    }
}
