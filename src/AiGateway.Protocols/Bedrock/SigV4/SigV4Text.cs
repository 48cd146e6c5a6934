using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace AiGateway.Protocols.Bedrock.SigV4;

/// <summary>UTF-8 text that grows in a pooled buffer. A mutable value: pass it by reference, release it once.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct SigV4Text(int capacity)
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Append(char ascii)
    {
        Reserve(1);
        _buffer[_length++] = (byte)ascii;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
    }

    public void AppendHex(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length * 2);
        Convert.TryToHexStringLower(bytes, _buffer.AsSpan(_length), out var written);
        _length += written;
    }

    /// <summary>One byte as AWS escapes it: unreserved characters stand for themselves, all else is <c>%XX</c> in upper case.</summary>
    public void AppendEscaped(byte value, bool keepsSlash)
    {
        Reserve(3);
        if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' || (keepsSlash && value == (byte)'/'))
        {
            _buffer[_length++] = value;
            return;
        }
        _buffer[_length++] = (byte)'%';
        _buffer[_length++] = HexDigit(value >> 4);
        _buffer[_length++] = HexDigit(value & 15);
    }

    public void Clear() => _length = 0;

    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static byte HexDigit(int value) => (byte)"0123456789ABCDEF"[value];

    private void Reserve(int count)
    {
        if (_buffer.Length - _length >= count)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
