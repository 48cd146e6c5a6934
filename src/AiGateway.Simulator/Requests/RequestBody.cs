using System.Buffers;

namespace AiGateway.Simulator.Requests;

/// <summary>A request's body, whole, in a pooled array.</summary>
internal struct RequestBody : IDisposable
{
    private byte[]? _buffer;
    private int _length;

    public readonly ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <exception cref="BadHttpRequestException">The body is larger than allowed, or broken.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context)
    {
        var body = default(RequestBody);
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            body.Append(read.Buffer);
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return body;
        }
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    private void Append(in ReadOnlySequence<byte> bytes)
    {
        var needed = checked((int)(_length + bytes.Length));
        if (_buffer is null || needed > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _length));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            if (_buffer is not null)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }
}
