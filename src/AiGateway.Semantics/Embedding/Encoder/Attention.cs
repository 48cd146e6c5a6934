using System.Numerics.Tensors;

namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>Lets each token gather from all others what its query asks for, head by head, as products of matrices.</summary>
internal sealed class Attention(EncoderConfig config)
{
    private readonly int _width = DenseKernel.Padded(config.Width, DenseKernel.Columns);
    private readonly int _size = config.Width / config.Heads;
    private readonly int _padded = DenseKernel.Padded(config.Width / config.Heads, DenseKernel.Columns);

    /// <summary>From query, key and value to context.</summary>
    public void Apply(EncoderBuffers buffers, int tokens)
    {
        var rows = DenseKernel.Padded(tokens, DenseKernel.Rows);
        var columns = DenseKernel.Padded(tokens, DenseKernel.Columns);
        TensorPrimitives.Multiply(buffers.Query.AsSpan(0, rows * _width), 1 / MathF.Sqrt(_size), buffers.Query);
        buffers.Context.AsSpan(0, rows * _width).Clear();
        for (var head = 0; head < config.Width; head += _size)
        {
            Gather(buffers, head, tokens, rows, columns);
        }
    }

    private void Gather(EncoderBuffers buffers, int head, int tokens, int rows, int columns)
    {
        PackKeys(buffers, head, tokens);
        PackValues(buffers, head, tokens);
        DenseKernel.Multiply<float>(
            buffers.Query.AsSpan(head, (rows * _width) - head), _width, rows, buffers.HeadKeys, _size, buffers.Ones.AsSpan(0, columns), buffers.Zeros.AsSpan(0, columns), buffers.Scores);
        for (var token = 0; token < tokens; token++)
        {
            var scores = buffers.Scores.AsSpan(token * columns, tokens);
            // SoftMax itself does not guard against large numbers.
            TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
            TensorPrimitives.SoftMax(scores, scores);
        }
        DenseKernel.Multiply<float>(
            buffers.Scores, columns, rows, buffers.HeadValues, tokens, buffers.Ones.AsSpan(0, _padded), buffers.Zeros.AsSpan(0, _padded), buffers.HeadContext);
        for (var token = 0; token < tokens; token++)
        {
            buffers.HeadContext.AsSpan(token * _padded, _size).CopyTo(buffers.Context.AsSpan((token * _width) + head));
        }
    }

    // Columns behind the last token keep what an earlier text left: finite numbers that nobody reads.
    private void PackKeys(EncoderBuffers buffers, int head, int tokens)
    {
        for (var token = 0; token < tokens; token++)
        {
            var keys = buffers.Key.AsSpan((token * _width) + head, _size);
            var column = buffers.HeadKeys.AsSpan((token / DenseKernel.Columns * DenseKernel.Columns * _size) + (token % DenseKernel.Columns));
            for (var i = 0; i < keys.Length; i++)
            {
                column[i * DenseKernel.Columns] = keys[i];
            }
        }
    }

    private void PackValues(EncoderBuffers buffers, int head, int tokens)
    {
        for (var start = 0; start < _size; start += DenseKernel.Columns)
        {
            var count = Math.Min(DenseKernel.Columns, _size - start);
            for (var token = 0; token < tokens; token++)
            {
                buffers.Value.AsSpan((token * _width) + head + start, count).CopyTo(buffers.HeadValues.AsSpan((start * tokens) + (token * DenseKernel.Columns)));
            }
        }
    }
}
