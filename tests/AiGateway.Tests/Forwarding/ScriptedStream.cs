namespace AiGateway.Tests.Forwarding;

/// <summary>An upstream's body that gives what a script says: pieces, waits for a gate, a fault, an end.</summary>
internal sealed class ScriptedStream(params object[] script) : Stream
{
    private int _position;
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (_position == script.Length)
                return 0;
            switch (script[_position])
            {
                case byte[] piece:
                    _rest = piece;
                    _position++;
                    break;
                case Task gate:
                    await gate.WaitAsync(cancellationToken);
                    _position++;
                    break;
                case Exception fault:
                    throw fault;
            }
        }
        // A read of nothing waits until there is something.
        var length = Math.Min(buffer.Length, _rest.Length);
        _rest[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
