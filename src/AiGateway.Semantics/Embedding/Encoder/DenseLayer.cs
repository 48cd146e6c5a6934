using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AiGateway.Semantics.Embedding.Safetensors;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>A matrix and a bias, applied to many rows at once. The matrix is kept in blocks of 64 columns in the order in which they are used.</summary>
/// <remarks>8-bit weights stay what they are: a quarter of the memory that floats need, both in size and in what every call has to read.</remarks>
internal sealed class DenseLayer
{
    /// <summary>Columns per block; the number of outputs is rounded up to it.</summary>
    public const int Columns = 64;

    /// <summary>Rows are computed in fours.</summary>
    public const int Rows = 4;

    private const int NarrowColumns = 16;

    private readonly int _inputs;
    private readonly float[]? _floats;
    private readonly sbyte[]? _integers;
    private readonly float[] _scales;
    private readonly float[] _biases;

    /// <param name="weights">One row per output.</param>
    /// <param name="bias">One number per output.</param>
    public DenseLayer(WeightMatrix weights, ReadOnlySpan<float> bias)
    {
        _inputs = weights.Columns;
        Stride = PaddedTo(weights.Rows, Columns);
        _biases = new float[Stride];
        bias.CopyTo(_biases);
        _scales = new float[Stride];
        for (var row = 0; row < weights.Rows; row++)
        {
            _scales[row] = weights.ScaleOf(row);
        }
        if (weights.IsInteger)
        {
            _integers = new sbyte[Stride * _inputs];
            for (var row = 0; row < weights.Rows; row++)
            {
                Pack(weights.Integers(row), row, _integers);
            }
        }
        else
        {
            _floats = new float[Stride * _inputs];
            for (var row = 0; row < weights.Rows; row++)
            {
                Pack(weights.Floats(row), row, _floats);
            }
        }
    }

    /// <summary>Numbers from one row of output to the next: the outputs, rounded up to whole blocks. What is behind the outputs is zero.</summary>
    public int Stride { get; }

    /// <summary><paramref name="count"/> rounded up to a multiple of <paramref name="of"/>.</summary>
    public static int PaddedTo(int count, int of) => (count + of - 1) / of * of;

    /// <summary>Computes <paramref name="rows"/> rows.</summary>
    /// <param name="input">The rows, <paramref name="inputStride"/> apart.</param>
    /// <param name="rows">A multiple of <see cref="Rows"/>.</param>
    /// <param name="output">Room for as many rows, <see cref="Stride"/> apart.</param>
    public void Apply(ReadOnlySpan<float> input, int inputStride, int rows, Span<float> output)
    {
        if (rows % Rows != 0 || inputStride < _inputs || input.Length < rows * inputStride || output.Length < rows * Stride)
        {
            throw new ArgumentException($"{rows} rows of {_inputs} numbers, {inputStride} apart, do not fit {input.Length} numbers of input and {output.Length} of output.", nameof(rows));
        }
        if (_integers is not null)
        {
            Apply(ref MemoryMarshal.GetReference(input), (nuint)inputStride, rows, ref MemoryMarshal.GetArrayDataReference(_integers), ref MemoryMarshal.GetReference(output));
        }
        else
        {
            Apply(ref MemoryMarshal.GetReference(input), (nuint)inputStride, rows, ref MemoryMarshal.GetArrayDataReference(_floats!), ref MemoryMarshal.GetReference(output));
        }
    }

    // A block of weights is small enough for the cache next to the core, so all rows use it before the next one is read.
    private void Apply<T>(ref float input, nuint inputStride, int rows, ref T weights, ref float output)
        where T : unmanaged
    {
        var inputs = (nuint)_inputs;
        var stride = (nuint)Stride;
        ref var scales = ref MemoryMarshal.GetArrayDataReference(_scales);
        ref var biases = ref MemoryMarshal.GetArrayDataReference(_biases);
        for (nuint column = 0; column < stride; column += Columns)
        {
            ref var block = ref Unsafe.Add(ref weights, column * inputs);
            for (nuint row = 0; row < (nuint)rows; row += Rows)
            {
                ref var from = ref Unsafe.Add(ref input, row * inputStride);
                ref var to = ref Unsafe.Add(ref output, (row * stride) + column);
                if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
                {
                    DenseKernel.Multiply512(ref from, inputStride, ref block, inputs, ref Unsafe.Add(ref scales, column), ref Unsafe.Add(ref biases, column), ref to, stride);
                    continue;
                }
                for (nuint part = 0; part < Columns; part += NarrowColumns)
                {
                    DenseKernel.Multiply256(
                        ref from, inputStride, ref Unsafe.Add(ref block, part), inputs, ref Unsafe.Add(ref scales, column + part), ref Unsafe.Add(ref biases, column + part), ref Unsafe.Add(ref to, part), stride);
                }
            }
        }
    }

    private void Pack<T>(ReadOnlySpan<T> row, int output, T[] packed)
    {
        var start = (output / Columns * Columns * _inputs) + (output % Columns);
        for (var input = 0; input < row.Length; input++)
        {
            packed[start + (input * Columns)] = row[input];
        }
    }
}
