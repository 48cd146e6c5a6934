using System.Buffers.Binary;
using System.Text;

namespace AiGateway.Caching.Levels;

/// <summary>Reads numbers and texts off bytes that may end anywhere: from there on all are 0 and empty, and <see cref="IsCut"/> says so.</summary>
internal ref struct EnvelopeReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>What has not been read.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = bytes;

    /// <summary>Whether more was asked for than there is.</summary>
    public bool IsCut { get; private set; }

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => Rest.Length;

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public int UInt16() => Take(sizeof(ushort)) is { Length: > 0 } value ? BinaryPrimitives.ReadUInt16LittleEndian(value) : 0;

    public int Int32() => Take(sizeof(int)) is { Length: > 0 } value ? BinaryPrimitives.ReadInt32LittleEndian(value) : 0;

    public long Int64() => Take(sizeof(long)) is { Length: > 0 } value ? BinaryPrimitives.ReadInt64LittleEndian(value) : 0;

    public string Text() => Encoding.UTF8.GetString(Take(UInt16()));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Rest.Length < count)
        {
            IsCut = true;
            Rest = default;
            return default;
        }
        var taken = Rest[..count];
        Rest = Rest[count..];
        return taken;
    }
}
