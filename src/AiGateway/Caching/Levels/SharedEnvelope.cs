using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace AiGateway.Caching.Levels;

/// <summary>An entry as bytes for the shared level, compressed above a size.</summary>
/// <remarks>
/// Little endian: version (1), flags (1: compressed), created, expires (8 each, UTC ticks), key, number of tags (2), each tag, number of the stamp's ids (2), each id (8), length of the
/// value (4), value. A text is its length in bytes (2) and its UTF-8. The key stands in it so that what was put under another is seen. Whoever seals it
/// makes sure that it is whole and ours; it is read as if nobody had.
/// </remarks>
internal static class SharedEnvelope
{
    /// <summary>Values above this many bytes are not shared.</summary>
    public const int LargestValue = 8 << 20;

    private const byte Version = 1;
    private const byte Compressed = 1;
    private const int SmallestCompressed = 1024;

    // Fast, and most of what can be had from JSON.
    private const int Quality = 1;
    private const int Window = 18;

    /// <summary>Writes an entry; null when it is too large to be shared.</summary>
    public static byte[]? Write(CacheEntry entry)
    {
        if (entry.Value.Length > LargestValue || entry.Tags.Length > ushort.MaxValue || entry.Tags.Append(entry.Key).Any(static text => Encoding.UTF8.GetByteCount(text) > ushort.MaxValue))
        {
            return null;
        }
        var packed = Pack(entry.Value);
        var value = packed ?? entry.Value;
        var output = new ArrayBufferWriter<byte>(value.Length + 512);
        output.Write([Version, packed is null ? (byte)0 : Compressed]);
        WriteInt64(output, entry.Created);
        WriteInt64(output, entry.Expires);
        WriteText(output, entry.Key);
        WriteUInt16(output, entry.Tags.Length);
        foreach (var tag in entry.Tags)
        {
            WriteText(output, tag);
        }
        WriteUInt16(output, entry.Stamp.Ids.Length);
        foreach (var id in entry.Stamp.Ids)
        {
            WriteInt64(output, id);
        }
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), entry.Value.Length);
        output.Advance(sizeof(int));
        output.Write(value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="bytes">Whatever stands there.</param>
    /// <param name="key">The key it stands under.</param>
    /// <returns>Null when it is none, not of this version, not whole, or of another key.</returns>
    public static CacheEntry? TryRead(ReadOnlySpan<byte> bytes, string key)
    {
        var reader = new EnvelopeReader(bytes);
        var (version, flags) = (reader.Byte(), reader.Byte());
        if (version != Version || flags is not (0 or Compressed))
        {
            return null;
        }
        var (created, expires) = (reader.Int64(), reader.Int64());
        if (reader.Text() != key)
        {
            return null;
        }
        var tags = new string[Math.Min(reader.UInt16(), reader.Left)];
        for (var i = 0; i < tags.Length; i++)
        {
            tags[i] = reader.Text();
        }
        var ids = new long[Math.Min(reader.UInt16(), reader.Left)];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = reader.Int64();
        }
        var length = reader.Int32();
        if (reader.IsCut || created < 0 || expires > DateTime.MaxValue.Ticks || length is < 0 or > LargestValue)
        {
            return null;
        }
        var value = new byte[length];
        var isWhole = flags == Compressed
            ? BrotliDecoder.TryDecompress(reader.Rest, value, out var written) && written == length
            : reader.Rest.TryCopyTo(value) && reader.Rest.Length == length;
        return isWhole ? new CacheEntry(key, value, created, expires, tags, new PurgeStamp(ids)) : null;
    }

    private static byte[]? Pack(byte[] value)
    {
        if (value.Length < SmallestCompressed)
        {
            return null;
        }
        var room = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(value.Length));
        try
        {
            return BrotliEncoder.TryCompress(value, room, out var length, Quality, Window) && length < value.Length ? room.AsSpan(0, length).ToArray() : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        WriteUInt16(output, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, output);
    }

    private static void WriteUInt16(ArrayBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(sizeof(ushort)), (ushort)value);
        output.Advance(sizeof(ushort));
    }

    private static void WriteInt64(ArrayBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }
}
