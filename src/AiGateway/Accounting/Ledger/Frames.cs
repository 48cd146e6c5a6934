using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace AiGateway.Accounting.Ledger;

/// <summary>The form of the queue's files: a head of eight bytes, then frames of length (4 bytes, little endian), CRC-32C of the payload (4), payload.</summary>
internal static class Frames
{
    /// <summary>Bytes before a payload.</summary>
    public const int HeadLength = 8;

    // A record is some hundred bytes; one with many lines some thousand.
    private const int LargestPayload = 16 * 1024 * 1024;

    /// <summary>What a file begins with; the last byte is the form's number.</summary>
    public static ReadOnlySpan<byte> FileHead => "AGLEDGR\u0001"u8;

    /// <summary>Fills the head of a frame whose payload is written behind it.</summary>
    /// <param name="frame">Head and payload.</param>
    public static void Close(Span<byte> frame)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame[HeadLength..]));
    }

    /// <summary>Looks at the first frame of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">From the start of a frame on.</param>
    /// <param name="payload">Its payload, when it is whole.</param>
    public static FrameState Read(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (bytes.Length < HeadLength)
        {
            return FrameState.Cut;
        }
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is <= 0 or > LargestPayload)
        {
            return FrameState.Damaged;
        }
        if (bytes.Length - HeadLength < length)
        {
            return FrameState.Cut;
        }
        payload = bytes.Slice(HeadLength, length);
        return Checksum(payload) == BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) ? FrameState.Whole : FrameState.Damaged;
    }

    /// <summary>CRC-32C (Castagnoli, RFC 3720 appendix B.4), by the processor's instruction where it has one.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var whole = bytes[..(bytes.Length & ~7)];
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(whole))
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? eight : BinaryPrimitives.ReverseEndianness(eight));
        }
        foreach (var one in bytes[whole.Length..])
        {
            crc = BitOperations.Crc32C(crc, one);
        }
        return ~crc;
    }
}
