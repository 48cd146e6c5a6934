using System.Numerics;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>What one text needs while it is encoded; kept and used again. Rows of tokens are padded to whole blocks of the matrices.</summary>
internal sealed class EncoderBuffers
{
    private const int LeastRows = 16;

    /// <param name="config">The encoder.</param>
    /// <param name="tokens">The fewest tokens there has to be room for.</param>
    public EncoderBuffers(EncoderConfig config, int tokens)
    {
        // A power of two, so that few sizes occur.
        Rows = (int)Math.Max(LeastRows, BitOperations.RoundUpToPowerOf2((uint)tokens));
        var width = DenseKernel.Padded(config.Width, DenseKernel.Columns);
        var others = DenseKernel.Padded(Rows, DenseKernel.Columns);
        var headSize = config.Width / config.Heads;
        var head = DenseKernel.Padded(headSize, DenseKernel.Columns);
        Hidden = new float[Rows * width];
        Query = new float[Rows * width];
        Key = new float[Rows * width];
        Value = new float[Rows * width];
        Context = new float[Rows * width];
        Inner = new float[Rows * DenseKernel.Padded(config.Inner, DenseKernel.Columns)];
        HeadKeys = new float[headSize * others];
        HeadValues = new float[Rows * head];
        HeadContext = new float[Rows * head];
        Scores = new float[Rows * others];
        Ones = new float[Math.Max(others, head)];
        Ones.AsSpan().Fill(1);
        Zeros = new float[Ones.Length];
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

    /// <summary>One head's keys as a matrix: a column per token.</summary>
    public float[] HeadKeys { get; }

    /// <summary>Its values as a matrix: a row per token.</summary>
    public float[] HeadValues { get; }

    /// <summary>What it gathered.</summary>
    public float[] HeadContext { get; }

    /// <summary>Its weights, from each token to each.</summary>
    public float[] Scores { get; }

    /// <summary>Factors where there are none.</summary>
    public float[] Ones { get; }

    /// <summary>Biases where there are none.</summary>
    public float[] Zeros { get; }
}
