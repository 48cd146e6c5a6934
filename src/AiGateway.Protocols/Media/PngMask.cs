using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Media;

/// <summary>Turns OpenAI's masks, which say by transparency what is to be changed, into those of other providers, which say it in black and white. Source: PNG specification, third edition.</summary>
/// <remarks>Pictures are read and written line by line. 8 and 16 bits a sample, not interlaced; others are refused.</remarks>
internal static class PngMask
{
    /// <summary>Most pixels: those of the largest picture that any of these providers takes, 4096 by 4096.</summary>
    private const long MostPixels = 4096 * 4096;

    private const int HeaderLength = 33;
    private const byte Opaque = 128;

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Makes the mask.</summary>
    /// <param name="png">A PNG with an alpha channel.</param>
    /// <param name="changed">The grey of what is to be changed (the transparent): 0 for black, 255 for white. The rest has the other.</param>
    /// <returns>A PNG of greys.</returns>
    /// <exception cref="ChatFormatException">It is broken, too large or of a kind that is not read.</exception>
    public static byte[] Convert(ReadOnlySpan<byte> png, byte changed)
    {
        if (png.Length < HeaderLength || !png.StartsWith(Signature) || !png[12..].StartsWith("IHDR"u8))
            throw Broken();
        var width = BinaryPrimitives.ReadUInt32BigEndian(png[16..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(png[20..]);
        var (depth, colours, interlace) = (png[24], png[25], png[28]);
        if (depth is not (8 or 16) || colours is not (4 or 6) || interlace != 0)
            throw new ChatFormatException("The 'mask' is a PNG of a kind that is not read: save it with 8 bits a channel, with transparency and not interlaced.", "mask");
        if (width == 0 || height == 0 || (long)width * height > MostPixels)
            throw new ChatFormatException("The 'mask' must have at most 4096 by 4096 pixels.", "mask");
        var data = Gather(png[HeaderLength..], out var length);
        try
        {
            using var packed = new MemoryStream(data, 0, length, writable: false);
            using var lines = new ZLibStream(packed, CompressionMode.Decompress);
            return Convert(lines, (int)width, (int)height, pixel: (colours == 6 ? 4 : 2) * (depth / 8), sample: depth / 8, changed);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Broken();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(data);
        }
    }

    private static byte[] Convert(ZLibStream lines, int width, int height, int pixel, int sample, byte changed)
    {
        var (line, before, grey) = (new byte[1 + (width * pixel)], new byte[1 + (width * pixel)], new byte[1 + width]);
        using var packed = new MemoryStream();
        using (var writer = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                lines.ReadExactly(line);
                Unfilter(line[0], line.AsSpan(1), before.AsSpan(1), pixel);
                // Alpha is the last sample; of two bytes the first counts.
                for (var x = 0; x < width; x++)
                    grey[1 + x] = line[1 + (x * pixel) + pixel - sample] < Opaque ? changed : (byte)(255 - changed);
                writer.Write(grey);
                (line, before) = (before, line);
            }
        }
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8..].Clear();
        header[8] = 8;
        using var png = new MemoryStream((int)packed.Length + 64);
        png.Write(Signature);
        WriteChunk(png, "IHDR"u8, header);
        WriteChunk(png, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>Undoes a line's filter (clause 9.2): what each byte differs by from those left, above and diagonally above.</summary>
    private static void Unfilter(byte filter, Span<byte> line, ReadOnlySpan<byte> above, int pixel)
    {
        if (filter > 4)
            throw Broken();
        for (var i = 0; filter != 0 && i < line.Length; i++)
        {
            var (left, corner) = i < pixel ? (0, 0) : (line[i - pixel], above[i - pixel]);
            line[i] += filter switch
            {
                1 => (byte)left,
                2 => above[i],
                3 => (byte)((left + above[i]) / 2),
                _ => Paeth(left, above[i], corner),
            };
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        var (byLeft, byAbove, byCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - (2 * corner)));
        return (byte)(byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner);
    }

    /// <summary>The contents of the <c>IDAT</c> chunks, one behind the other, in a pooled array.</summary>
    private static byte[] Gather(ReadOnlySpan<byte> chunks, out int length)
    {
        var data = ArrayPool<byte>.Shared.Rent(Math.Max(1, chunks.Length));
        length = 0;
        // A chunk: length, type, content, checksum. What is cut is read as far as it goes: the lines show whether it is enough.
        while (chunks.Length >= 12)
        {
            var content = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(chunks), (uint)(chunks.Length - 12));
            if (chunks[4..].StartsWith("IDAT"u8))
            {
                chunks.Slice(8, content).CopyTo(data.AsSpan(length));
                length += content;
            }
            chunks = chunks[(12 + content)..];
        }
        return data;
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        var start = (int)png.Position;
        png.Write(type);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Compute(png.GetBuffer().AsSpan(start, (int)png.Position - start)));
        png.Write(number);
    }

    private static ChatFormatException Broken() => new("The 'mask' is a broken PNG.", "mask");
}
