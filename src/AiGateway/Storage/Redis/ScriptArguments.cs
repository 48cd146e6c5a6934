using System.Buffers.Binary;
using System.Text;

namespace AiGateway.Storage.Redis;

/// <summary>The arguments of a script as one list of MessagePack (github.com/msgpack/msgpack/blob/master/spec.md): Redis unpacks a hundred of them in less time than a script takes to read ten.</summary>
internal sealed class ScriptArguments
{
    private const int HeaderLength = 5;
    private const int LongestNumber = 9;

    private byte[] _bytes = new byte[512];
    private int _length = HeaderLength;
    private int _count;

    /// <summary>Adds a whole number.</summary>
    public void Add(long value)
    {
        Reserve(LongestNumber);
        if (value is >= 0 and < 128)
        {
            _bytes[_length++] = (byte)value;
        }
        else
        {
            _bytes[_length] = 0xd3;
            BinaryPrimitives.WriteInt64BigEndian(_bytes.AsSpan(_length + 1), value);
            _length += LongestNumber;
        }
        _count++;
    }

    /// <summary>Adds a text.</summary>
    public void Add(string value)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        Reserve(HeaderLength + bytes);
        _bytes[_length] = 0xdb;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_length + 1), bytes);
        _length += HeaderLength + Encoding.UTF8.GetBytes(value, _bytes.AsSpan(_length + HeaderLength));
        _count++;
    }

    /// <summary>All that was added.</summary>
    public byte[] ToArray()
    {
        _bytes[0] = 0xdd;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(1), _count);
        return _bytes.AsSpan(0, _length).ToArray();
    }

    private void Reserve(int more)
    {
        if (_length + more > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
        }
    }
}
