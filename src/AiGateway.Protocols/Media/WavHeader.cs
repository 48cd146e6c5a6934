using System.Buffers.Binary;

namespace AiGateway.Protocols.Media;

/// <summary>The header of a WAV file of plain 16-bit samples on one channel (RIFF, "Multimedia Programming Interface and Data Specifications 1.0").</summary>
public static class WavHeader
{
    /// <summary>Bytes before the samples.</summary>
    public const int Length = 44;

    // What OpenAI writes into the header of a WAV that it streams, and players take for "until it ends".
    private const uint Unknown = uint.MaxValue;

    /// <summary>Writes the header.</summary>
    /// <param name="header">Receives <see cref="Length"/> bytes.</param>
    /// <param name="samplesPerSecond">Samples in a second.</param>
    /// <param name="bytes">Bytes of samples that follow; null where nobody knows yet.</param>
    public static void Write(Span<byte> header, int samplesPerSecond, long? bytes)
    {
        var size = bytes is { } known and <= uint.MaxValue - 36 ? (uint)known : Unknown;
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], size == Unknown ? Unknown : size + 36);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)samplesPerSecond);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)samplesPerSecond * 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 16);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], size);
    }
}
