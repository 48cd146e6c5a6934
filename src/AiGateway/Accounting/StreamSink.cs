namespace AiGateway.Accounting;

/// <summary>Writes record lines to a stream: standard output.</summary>
internal sealed class StreamSink(Stream stream) : IRecordSink
{
    /// <inheritdoc />
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(lines, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => stream.Dispose();
}
