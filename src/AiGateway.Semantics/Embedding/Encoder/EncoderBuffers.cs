namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>What one text needs while it is encoded; kept and used again. Rows of tokens are padded to whole blocks of the matrices.</summary>
internal sealed class EncoderBuffers
{
    private EncoderBuffers(int rows, int stride, int innerStride)
    {
        Rows = rows;
        Hidden = new float[rows * stride];
        Query = new float[rows * stride];
        Key = new float[rows * stride];
        Value = new float[rows * stride];
        Context = new float[rows * stride];
        Inner = new float[rows * innerStride];
        Scores = new float[rows];
    }

    /// <summary>How many tokens there is room for.</summary>
    public int Rows { get; }

    public float[] Hidden { get; }

    public float[] Query { get; }

    public float[] Key { get; }

    public float[] Value { get; }

    /// <summary>What attention gathered.</summary>
    public float[] Context { get; }

    public float[] Inner { get; }

    /// <summary>One head's weights from one token to all.</summary>
    public float[] Scores { get; }

    /// <summary>Room for at least <paramref name="rows"/> tokens: a power of two, so that few sizes occur.</summary>
    public static EncoderBuffers For(int rows, int stride, int innerStride) =>
        new((int)Math.Max(16, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows)), stride, innerStride);
}
