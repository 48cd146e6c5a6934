namespace AiGateway.Accounting;

/// <summary>Where the lines of request records go.</summary>
internal interface IRecordSink : IDisposable
{
    /// <summary>Writes whole lines. When it fails it may be called again with the same lines, and then writes them once.</summary>
    /// <exception cref="IOException">They could not be written now.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken);
}
