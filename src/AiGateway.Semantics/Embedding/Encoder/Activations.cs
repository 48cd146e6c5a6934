using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>The feed-forward part's functions, in place.</summary>
internal static class Activations
{
    /// <summary>Applies one to all values, whose number is a multiple of <see cref="DenseKernel.Columns"/>.</summary>
    public static void Apply(EncoderActivation activation, Span<float> values)
    {
        switch (activation)
        {
            case EncoderActivation.Gelu:
                Gelu(values);
                break;
            case EncoderActivation.GeluTanh:
                GeluTanh(values);
                break;
            case EncoderActivation.Relu:
                TensorPrimitives.Max(values, 0f, values);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, null);
        }
    }

    // Fully optimised at once, as DenseKernel is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gelu(Span<float> values)
    {
        ref var start = ref MemoryMarshal.GetReference(values);
        if (Vector512.IsHardwareAccelerated)
        {
            for (nuint i = 0; i + (nuint)Vector512<float>.Count <= (nuint)values.Length; i += (nuint)Vector512<float>.Count)
            {
                Gelu(Vector512.LoadUnsafe(ref start, i)).StoreUnsafe(ref start, i);
            }
            return;
        }
        for (nuint i = 0; i + (nuint)Vector256<float>.Count <= (nuint)values.Length; i += (nuint)Vector256<float>.Count)
        {
            Gelu(Vector256.LoadUnsafe(ref start, i)).StoreUnsafe(ref start, i);
        }
    }

    // x/2 · (1 + erf(x/√2)), with erf from Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: off by 1.5e-7 at most.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Gelu(Vector512<float> x)
    {
        var z = Vector512.Abs(x) * Erf.RootHalf;
        var t = Vector512<float>.One / Vector512.MultiplyAddEstimate(z, Vector512.Create(Erf.P), Vector512<float>.One);
        var sum = Vector512.MultiplyAddEstimate(t, Vector512.Create(Erf.A5), Vector512.Create(Erf.A4));
        sum = Vector512.MultiplyAddEstimate(t, sum, Vector512.Create(Erf.A3));
        sum = Vector512.MultiplyAddEstimate(t, sum, Vector512.Create(Erf.A2));
        sum = Vector512.MultiplyAddEstimate(t, sum, Vector512.Create(Erf.A1));
        var erf = Vector512<float>.One - (sum * t * Vector512.Exp(-(z * z)));
        return x * 0.5f * (Vector512<float>.One + Vector512.CopySign(erf, x));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Gelu(Vector256<float> x)
    {
        var z = Vector256.Abs(x) * Erf.RootHalf;
        var t = Vector256<float>.One / Vector256.MultiplyAddEstimate(z, Vector256.Create(Erf.P), Vector256<float>.One);
        var sum = Vector256.MultiplyAddEstimate(t, Vector256.Create(Erf.A5), Vector256.Create(Erf.A4));
        sum = Vector256.MultiplyAddEstimate(t, sum, Vector256.Create(Erf.A3));
        sum = Vector256.MultiplyAddEstimate(t, sum, Vector256.Create(Erf.A2));
        sum = Vector256.MultiplyAddEstimate(t, sum, Vector256.Create(Erf.A1));
        var erf = Vector256<float>.One - (sum * t * Vector256.Exp(-(z * z)));
        return x * 0.5f * (Vector256<float>.One + Vector256.CopySign(erf, x));
    }

    // x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). Not on the path of the common models, so without a kernel of its own.
    private static void GeluTanh(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = 0.5f * value * (1 + MathF.Tanh(0.7978845608f * (value + (0.044715f * value * value * value))));
        }
    }

    private static class Erf
    {
        public const float RootHalf = 0.70710678f;
        public const float P = 0.3275911f;
        public const float A1 = 0.254829592f;
        public const float A2 = -0.284496736f;
        public const float A3 = 1.421413741f;
        public const float A4 = -1.453152027f;
        public const float A5 = 1.061405429f;
    }
}
