using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>
/// Multiplication of matrices: four rows of input times a block of columns, all sums kept in registers, so that
/// each weight that is loaded serves four tokens. Weights are floats or 8-bit integers that become floats on the way.
/// </summary>
/// <remarks>Compiled at full optimisation at once: code that is to be improved later runs a hundred times slower until then, and the first texts would pay for it.</remarks>
internal static class DenseKernel
{
    /// <summary>Columns per block of weights.</summary>
    public const int Columns = 64;

    /// <summary>Rows are computed in fours.</summary>
    public const int Rows = 4;

    private const int NarrowColumns = 16;

    /// <summary><paramref name="count"/> rounded up to a multiple of <paramref name="of"/>.</summary>
    public static int Padded(int count, int of) => (count + of - 1) / of * of;

    /// <summary>output = input × weights × scales + biases.</summary>
    /// <param name="input">Rows of <paramref name="inputs"/> numbers, <paramref name="inputStride"/> apart.</param>
    /// <param name="rows">A multiple of <see cref="Rows"/>.</param>
    /// <param name="weights">Block after block of <see cref="Columns"/> columns; in a block, the columns of the first input, then of the next.</param>
    /// <param name="scales">A factor per column; their number is that of columns, a multiple of <see cref="Columns"/>.</param>
    /// <param name="biases">As many.</param>
    /// <param name="output">Rows of as many.</param>
    public static void Multiply<T>(
        ReadOnlySpan<float> input, int inputStride, int rows, ReadOnlySpan<T> weights, int inputs, ReadOnlySpan<float> scales, ReadOnlySpan<float> biases, Span<float> output)
        where T : unmanaged
    {
        var columns = scales.Length;
        if (rows % Rows != 0 || columns % Columns != 0 || biases.Length != columns || inputStride < inputs
            || input.Length < ((rows - 1) * inputStride) + inputs || weights.Length < columns * inputs || output.Length < rows * columns)
        {
            throw new ArgumentException($"{rows} rows of {inputs} numbers, {inputStride} apart, and {columns} columns do not fit what was given.", nameof(rows));
        }
        // A block of weights is small enough for the cache next to the core, so all rows use it before the next one is read.
        for (var column = 0; column < columns; column += Columns)
        {
            ref var block = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), column * inputs);
            ref var scale = ref Unsafe.Add(ref MemoryMarshal.GetReference(scales), column);
            ref var bias = ref Unsafe.Add(ref MemoryMarshal.GetReference(biases), column);
            for (var row = 0; row < rows; row += Rows)
            {
                ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), row * inputStride);
                ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(output), (row * columns) + column);
                if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
                {
                    Multiply512(ref from, (nuint)inputStride, ref block, (nuint)inputs, ref scale, ref bias, ref to, (nuint)columns);
                    continue;
                }
                for (var part = 0; part < Columns; part += NarrowColumns)
                {
                    Multiply256(
                        ref from, (nuint)inputStride, ref Unsafe.Add(ref block, part), (nuint)inputs,
                        ref Unsafe.Add(ref scale, part), ref Unsafe.Add(ref bias, part), ref Unsafe.Add(ref to, part), (nuint)columns);
                }
            }
        }
    }

    // Four rows by 64 columns, with vectors of 512 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply512<T>(
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
            var weight0 = Load16(ref weights, (k * Columns));
            var weight1 = Load16(ref weights, (k * Columns) + 16);
            var weight2 = Load16(ref weights, (k * Columns) + 32);
            var weight3 = Load16(ref weights, (k * Columns) + 48);
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
        Store(sum00, sum10, sum20, sum30, ref scales, ref biases, ref output, outputStride, 0);
        Store(sum01, sum11, sum21, sum31, ref scales, ref biases, ref output, outputStride, 16);
        Store(sum02, sum12, sum22, sum32, ref scales, ref biases, ref output, outputStride, 32);
        Store(sum03, sum13, sum23, sum33, ref scales, ref biases, ref output, outputStride, 48);
    }

    // Four rows by 16 columns, with vectors of 256 bits, or what the machine has in their place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply256<T>(
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
            var weight0 = Load8(ref weights, (k * Columns));
            var weight1 = Load8(ref weights, (k * Columns) + 8);
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
        Store(sum00, sum10, sum20, sum30, ref scales, ref biases, ref output, outputStride, 0);
        Store(sum01, sum11, sum21, sum31, ref scales, ref biases, ref output, outputStride, 8);
    }

    // Four rows' sums of as many columns as a vector has, to where they go.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector512<float> sum0, Vector512<float> sum1, Vector512<float> sum2, Vector512<float> sum3,
        ref float scales, ref float biases, ref float output, nuint outputStride, nuint at)
    {
        var scale = Vector512.LoadUnsafe(ref scales, at);
        var bias = Vector512.LoadUnsafe(ref biases, at);
        Vector512.MultiplyAddEstimate(sum0, scale, bias).StoreUnsafe(ref output, at);
        Vector512.MultiplyAddEstimate(sum1, scale, bias).StoreUnsafe(ref output, outputStride + at);
        Vector512.MultiplyAddEstimate(sum2, scale, bias).StoreUnsafe(ref output, (2 * outputStride) + at);
        Vector512.MultiplyAddEstimate(sum3, scale, bias).StoreUnsafe(ref output, (3 * outputStride) + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector256<float> sum0, Vector256<float> sum1, Vector256<float> sum2, Vector256<float> sum3,
        ref float scales, ref float biases, ref float output, nuint outputStride, nuint at)
    {
        var scale = Vector256.LoadUnsafe(ref scales, at);
        var bias = Vector256.LoadUnsafe(ref biases, at);
        Vector256.MultiplyAddEstimate(sum0, scale, bias).StoreUnsafe(ref output, at);
        Vector256.MultiplyAddEstimate(sum1, scale, bias).StoreUnsafe(ref output, outputStride + at);
        Vector256.MultiplyAddEstimate(sum2, scale, bias).StoreUnsafe(ref output, (2 * outputStride) + at);
        Vector256.MultiplyAddEstimate(sum3, scale, bias).StoreUnsafe(ref output, (3 * outputStride) + at);
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
