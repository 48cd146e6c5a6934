using System.Buffers;

namespace AiGateway.Forwarding;

/// <summary>Writes into an <see cref="OutputBuffer"/>: answers of several megabytes are written once, into pooled memory.</summary>
/// <param name="expected">About how many bytes will come.</param>
internal sealed class OutputWriter(int expected) : IBufferWriter<byte>
{
    private OutputBuffer _buffer;

    public void Advance(int count) => _buffer.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.Reserve(Math.Max(_buffer.Length == 0 ? expected : 0, Math.Max(sizeHint, 1)));

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Hands over what was written.</summary>
    public OutputBuffer Take()
    {
        var taken = _buffer;
        _buffer = default;
        return taken;
    }
}
