namespace AiGateway.Semantics.Embedding.Encoder;

/// <summary>Keeps a few <see cref="EncoderBuffers"/>, one for each thread that embeds at a time. Thread-safe, allocates only to grow.</summary>
internal sealed class EncoderBufferPool(EncoderConfig config)
{
    private readonly EncoderBuffers?[] _kept = new EncoderBuffers?[Environment.ProcessorCount];

    /// <summary>Buffers for <paramref name="rows"/> tokens or more.</summary>
    public EncoderBuffers Rent(int rows)
    {
        foreach (ref var slot in _kept.AsSpan())
        {
            // One that is too small is let go; the larger one takes its place.
            if (Interlocked.Exchange(ref slot, null) is { } buffers && buffers.Rows >= rows)
            {
                return buffers;
            }
        }
        return new EncoderBuffers(config, rows);
    }

    /// <summary>Gives them back.</summary>
    public void Return(EncoderBuffers buffers)
    {
        foreach (ref var slot in _kept.AsSpan())
        {
            if (Interlocked.CompareExchange(ref slot, buffers, null) is null)
            {
                return;
            }
        }
    }
}
