using AiGateway.Configuration;

namespace AiGateway.Forwarding;

/// <summary>What all response streams of ours share: read forward, asynchronously, and nothing else.</summary>
internal abstract class ReadOnlyStream : Stream
{
    private DeploymentState? _busy;

    /// <summary>The deployment that is busy until this stream is disposed.</summary>
    public DeploymentState? Busy
    {
        set => _busy = value;
    }

    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    protected override void Dispose(bool disposing)
    {
        Interlocked.Exchange(ref _busy, null)?.End();
        base.Dispose(disposing);
    }

    public sealed override void Flush()
    {
    }

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
