using AiGateway.Semantics.Embedding.Safetensors;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>A matrix and a bias, applied to many rows at once. The matrix is kept in blocks of 64 columns in the order in which they are used.</summary>
/// <remarks>8-bit weights stay what they are: a quarter of the memory that floats need, both in size and in what every call has to read.</remarks>
internal sealed class DenseLayer
{
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
        Stride = DenseKernel.Padded(weights.Rows, DenseKernel.Columns);
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

    /// <summary>Computes <paramref name="rows"/> rows.</summary>
    /// <param name="input">The rows, <paramref name="inputStride"/> apart.</param>
    /// <param name="rows">A multiple of <see cref="DenseKernel.Rows"/>.</param>
    /// <param name="output">Room for as many rows, <see cref="Stride"/> apart.</param>
    public void Apply(ReadOnlySpan<float> input, int inputStride, int rows, Span<float> output)
    {
        if (_integers is not null)
        {
            DenseKernel.Multiply<sbyte>(input, inputStride, rows, _integers, _inputs, _scales, _biases, output);
        }
        else
        {
            DenseKernel.Multiply<float>(input, inputStride, rows, _floats, _inputs, _scales, _biases, output);
        }
    }

    private void Pack<T>(ReadOnlySpan<T> row, int output, T[] packed)
    {
        var start = (output / DenseKernel.Columns * DenseKernel.Columns * _inputs) + (output % DenseKernel.Columns);
        for (var input = 0; input < row.Length; input++)
        {
            packed[start + (input * DenseKernel.Columns)] = row[input];
        }
    }
}
