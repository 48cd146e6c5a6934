using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>
/// The inner loops of <see cref="DenseLayer"/>: four rows of input times a block of columns, all sums kept in registers, so that
/// each weight that is loaded serves four tokens. Weights are floats or 8-bit integers that become floats on the way.
/// </summary>
internal static class DenseKernel
{
    /// <summary>Four rows by 64 columns, with vectors of 512 bits.</summary>
    public static void Multiply512<T>(
        ref float input, nuint stride, ref T weights, nuint inputs, ref float scales, ref float biases, ref float output, nuint outputStride)
        where T : unmanaged
    {
        var sum00 = Vector512<float>.Zero;
        var sum01 = Vector512<float>.Zero;
        var sum02 = Vector512<float>.Zero;
        var sum03 = Vector512<float>.Zero;
        var sum10 = Vector512<float>.Zero;
        var sum11 = Vector512<float>.Zero;
        var sum12 = Vector512<float>.Zero;
        var sum13 = Vector512<float>.Zero;
        var sum20 = Vector512<float>.Zero;
        var sum21 = Vector512<float>.Zero;
        var sum22 = Vector512<float>.Zero;
        var sum23 = Vector512<float>.Zero;
        var sum30 = Vector512<float>.Zero;
        var sum31 = Vector512<float>.Zero;
        var sum32 = Vector512<float>.Zero;
        var sum33 = Vector512<float>.Zero;
        for (nuint k = 0; k < inputs; k++)
        {
            var weight0 = Load16(ref weights, (k * DenseLayer.Columns));
            var weight1 = Load16(ref weights, (k * DenseLayer.Columns) + 16);
            var weight2 = Load16(ref weights, (k * DenseLayer.Columns) + 32);
            var weight3 = Load16(ref weights, (k * DenseLayer.Columns) + 48);
            var in0 = Vector512.Create(Unsafe.Add(ref input, k));
            sum00 = Vector512.MultiplyAddEstimate(in0, weight0, sum00);
            sum01 = Vector512.MultiplyAddEstimate(in0, weight1, sum01);
            sum02 = Vector512.MultiplyAddEstimate(in0, weight2, sum02);
            sum03 = Vector512.MultiplyAddEstimate(in0, weight3, sum03);
            var in1 = Vector512.Create(Unsafe.Add(ref input, stride + k));
            sum10 = Vector512.MultiplyAddEstimate(in1, weight0, sum10);
            sum11 = Vector512.MultiplyAddEstimate(in1, weight1, sum11);
            sum12 = Vector512.MultiplyAddEstimate(in1, weight2, sum12);
            sum13 = Vector512.MultiplyAddEstimate(in1, weight3, sum13);
            var in2 = Vector512.Create(Unsafe.Add(ref input, (2 * stride) + k));
            sum20 = Vector512.MultiplyAddEstimate(in2, weight0, sum20);
            sum21 = Vector512.MultiplyAddEstimate(in2, weight1, sum21);
            sum22 = Vector512.MultiplyAddEstimate(in2, weight2, sum22);
            sum23 = Vector512.MultiplyAddEstimate(in2, weight3, sum23);
            var in3 = Vector512.Create(Unsafe.Add(ref input, (3 * stride) + k));
            sum30 = Vector512.MultiplyAddEstimate(in3, weight0, sum30);
            sum31 = Vector512.MultiplyAddEstimate(in3, weight1, sum31);
            sum32 = Vector512.MultiplyAddEstimate(in3, weight2, sum32);
            sum33 = Vector512.MultiplyAddEstimate(in3, weight3, sum33);
        }
        var scale0 = Vector512.LoadUnsafe(ref scales, 0);
        var bias0 = Vector512.LoadUnsafe(ref biases, 0);
        Vector512.MultiplyAddEstimate(sum00, scale0, bias0).StoreUnsafe(ref output, 0);
        Vector512.MultiplyAddEstimate(sum10, scale0, bias0).StoreUnsafe(ref output, outputStride);
        Vector512.MultiplyAddEstimate(sum20, scale0, bias0).StoreUnsafe(ref output, (2 * outputStride));
        Vector512.MultiplyAddEstimate(sum30, scale0, bias0).StoreUnsafe(ref output, (3 * outputStride));
        var scale1 = Vector512.LoadUnsafe(ref scales, 16);
        var bias1 = Vector512.LoadUnsafe(ref biases, 16);
        Vector512.MultiplyAddEstimate(sum01, scale1, bias1).StoreUnsafe(ref output, 16);
        Vector512.MultiplyAddEstimate(sum11, scale1, bias1).StoreUnsafe(ref output, outputStride + 16);
        Vector512.MultiplyAddEstimate(sum21, scale1, bias1).StoreUnsafe(ref output, (2 * outputStride) + 16);
        Vector512.MultiplyAddEstimate(sum31, scale1, bias1).StoreUnsafe(ref output, (3 * outputStride) + 16);
        var scale2 = Vector512.LoadUnsafe(ref scales, 32);
        var bias2 = Vector512.LoadUnsafe(ref biases, 32);
        Vector512.MultiplyAddEstimate(sum02, scale2, bias2).StoreUnsafe(ref output, 32);
        Vector512.MultiplyAddEstimate(sum12, scale2, bias2).StoreUnsafe(ref output, outputStride + 32);
        Vector512.MultiplyAddEstimate(sum22, scale2, bias2).StoreUnsafe(ref output, (2 * outputStride) + 32);
        Vector512.MultiplyAddEstimate(sum32, scale2, bias2).StoreUnsafe(ref output, (3 * outputStride) + 32);
        var scale3 = Vector512.LoadUnsafe(ref scales, 48);
        var bias3 = Vector512.LoadUnsafe(ref biases, 48);
        Vector512.MultiplyAddEstimate(sum03, scale3, bias3).StoreUnsafe(ref output, 48);
        Vector512.MultiplyAddEstimate(sum13, scale3, bias3).StoreUnsafe(ref output, outputStride + 48);
        Vector512.MultiplyAddEstimate(sum23, scale3, bias3).StoreUnsafe(ref output, (2 * outputStride) + 48);
        Vector512.MultiplyAddEstimate(sum33, scale3, bias3).StoreUnsafe(ref output, (3 * outputStride) + 48);
    }

    /// <summary>Four rows by 16 columns, with vectors of 256 bits, or what the machine has in their place.</summary>
    public static void Multiply256<T>(
        ref float input, nuint stride, ref T weights, nuint inputs, ref float scales, ref float biases, ref float output, nuint outputStride)
        where T : unmanaged
    {
        var sum00 = Vector256<float>.Zero;
        var sum01 = Vector256<float>.Zero;
        var sum10 = Vector256<float>.Zero;
        var sum11 = Vector256<float>.Zero;
        var sum20 = Vector256<float>.Zero;
        var sum21 = Vector256<float>.Zero;
        var sum30 = Vector256<float>.Zero;
        var sum31 = Vector256<float>.Zero;
        for (nuint k = 0; k < inputs; k++)
        {
            var weight0 = Load8(ref weights, (k * DenseLayer.Columns));
            var weight1 = Load8(ref weights, (k * DenseLayer.Columns) + 8);
            var in0 = Vector256.Create(Unsafe.Add(ref input, k));
            sum00 = Vector256.MultiplyAddEstimate(in0, weight0, sum00);
            sum01 = Vector256.MultiplyAddEstimate(in0, weight1, sum01);
            var in1 = Vector256.Create(Unsafe.Add(ref input, stride + k));
            sum10 = Vector256.MultiplyAddEstimate(in1, weight0, sum10);
            sum11 = Vector256.MultiplyAddEstimate(in1, weight1, sum11);
            var in2 = Vector256.Create(Unsafe.Add(ref input, (2 * stride) + k));
            sum20 = Vector256.MultiplyAddEstimate(in2, weight0, sum20);
            sum21 = Vector256.MultiplyAddEstimate(in2, weight1, sum21);
            var in3 = Vector256.Create(Unsafe.Add(ref input, (3 * stride) + k));
            sum30 = Vector256.MultiplyAddEstimate(in3, weight0, sum30);
            sum31 = Vector256.MultiplyAddEstimate(in3, weight1, sum31);
        }
        var scale0 = Vector256.LoadUnsafe(ref scales, 0);
        var bias0 = Vector256.LoadUnsafe(ref biases, 0);
        Vector256.MultiplyAddEstimate(sum00, scale0, bias0).StoreUnsafe(ref output, 0);
        Vector256.MultiplyAddEstimate(sum10, scale0, bias0).StoreUnsafe(ref output, outputStride);
        Vector256.MultiplyAddEstimate(sum20, scale0, bias0).StoreUnsafe(ref output, (2 * outputStride));
        Vector256.MultiplyAddEstimate(sum30, scale0, bias0).StoreUnsafe(ref output, (3 * outputStride));
        var scale1 = Vector256.LoadUnsafe(ref scales, 8);
        var bias1 = Vector256.LoadUnsafe(ref biases, 8);
        Vector256.MultiplyAddEstimate(sum01, scale1, bias1).StoreUnsafe(ref output, 8);
        Vector256.MultiplyAddEstimate(sum11, scale1, bias1).StoreUnsafe(ref output, outputStride + 8);
        Vector256.MultiplyAddEstimate(sum21, scale1, bias1).StoreUnsafe(ref output, (2 * outputStride) + 8);
        Vector256.MultiplyAddEstimate(sum31, scale1, bias1).StoreUnsafe(ref output, (3 * outputStride) + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load16<T>(ref T weights, nuint at)
        where T : unmanaged =>
        typeof(T) == typeof(sbyte)
            ? SignedBytes.Load16(ref Unsafe.As<T, sbyte>(ref weights), at)
            : Vector512.LoadUnsafe(ref Unsafe.As<T, float>(ref weights), at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load8<T>(ref T weights, nuint at)
        where T : unmanaged =>
        typeof(T) == typeof(sbyte)
            ? SignedBytes.Load8(ref Unsafe.As<T, sbyte>(ref weights), at)
            : Vector256.LoadUnsafe(ref Unsafe.As<T, float>(ref weights), at);
}
