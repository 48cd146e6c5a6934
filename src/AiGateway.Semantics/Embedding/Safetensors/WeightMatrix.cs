using System.Numerics.Tensors;

namespace AiGateway.Semantics.Embedding.Safetensors;

/// <summary>A matrix as a file gave it: rows of floats, or rows of 8-bit integers with one factor per row, which stay small in memory and are multiplied out where they are used.</summary>
internal sealed class WeightMatrix
{
    private readonly float[]? _floats;
    private readonly sbyte[]? _integers;
    private readonly float[]? _scales;

    private WeightMatrix(int rows, int columns, float[]? floats, sbyte[]? integers, float[]? scales)
    {
        Rows = rows;
        Columns = columns;
        _floats = floats;
        _integers = integers;
        _scales = scales;
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Whether the numbers are 8-bit integers; <see cref="Integers"/> may be called then, otherwise <see cref="Floats"/>.</summary>
    public bool IsInteger => _integers is not null;

    /// <summary>A matrix of floats, row by row.</summary>
    public static WeightMatrix Of(int rows, int columns, float[] values) => new(rows, columns, values, null, null);

    /// <summary>A matrix of 8-bit integers, row by row, with a factor per row; without factors they are all 1.</summary>
    public static WeightMatrix Of(int rows, int columns, sbyte[] values, float[]? scales) => new(rows, columns, null, values, scales);

    /// <summary>A row of a matrix of floats.</summary>
    public ReadOnlySpan<float> Floats(int row) => _floats.AsSpan(row * Columns, Columns);

    /// <summary>A row of a matrix of integers, not multiplied by <see cref="ScaleOf"/>.</summary>
    public ReadOnlySpan<sbyte> Integers(int row) => _integers.AsSpan(row * Columns, Columns);

    /// <summary>What a row's numbers are to be multiplied with.</summary>
    public float ScaleOf(int row) => _scales is null ? 1 : _scales[row];

    /// <summary>Adds a row to <paramref name="sum"/>.</summary>
    public void AddRowTo(int row, Span<float> sum)
    {
        if (_floats is not null)
        {
            TensorPrimitives.Add(sum, Floats(row), sum);
            return;
        }
        SignedBytes.AddScaled(Integers(row), ScaleOf(row), sum);
    }
}
