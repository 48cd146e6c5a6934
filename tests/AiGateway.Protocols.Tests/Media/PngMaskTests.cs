using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Images;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Media;

/// <summary>Pins that what is transparent in a caller's mask is black or white in the provider's, whatever way the PNG was written.</summary>
public sealed class PngMaskTests
{
    // Three by three: a transparent cross.
    private static readonly byte[] Alphas = [255, 0, 255, 0, 0, 127, 200, 0, 128];

    [Theory]
    [InlineData(6, 8, 0)]
    [InlineData(6, 8, 1)]
    [InlineData(6, 8, 2)]
    [InlineData(6, 8, 3)]
    [InlineData(6, 8, 4)]
    [InlineData(4, 8, 4)]
    [InlineData(6, 16, 0)]
    [InlineData(4, 16, 3)]
    public void Transparency_BecomesBlackOrWhite(byte colours, byte depth, byte filter)
    {
        var mask = Png(3, 3, colours, depth, filter, Alphas);

        Assert.Equal([0, 255, 0, 255, 255, 255, 0, 255, 0], GreysOf(Sent(mask, StabilityImages.Instance, "mask")));
        Assert.Equal([255, 0, 255, 0, 0, 0, 255, 0, 255], GreysOf(Sent(mask, AmazonImages.Instance, "maskImage")));
    }

    [Fact]
    public void DamagedMask_IsRefusedOrMade()
    {
        var mutator = new Mutator(31);
        var mask = Png(3, 3, 6, 8, 4, Alphas);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = mutator.Mutate(mask);
            try
            {
                Sent(bytes, StabilityImages.Instance, "mask");
            }
            catch (ChatFormatException e)
            {
                Assert.Equal("mask", e.Path);
            }
        }
    }

    [Theory]
    [InlineData(100_000, 100_000)]
    [InlineData(0, 5)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(3, 4000)]
    public void SizeThatIsNotTrue_IsRefused(int width, int height)
    {
        var mask = Png(3, 3, 6, 8, 0, Alphas);
        BinaryPrimitives.WriteInt32BigEndian(mask.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(mask.AsSpan(20), height);

        Assert.Equal("mask", Assert.Throws<ChatFormatException>(() => Sent(mask, StabilityImages.Instance, "mask")).Path);
    }

    /// <summary>The mask as a provider gets it.</summary>
    private static byte[] Sent(byte[] mask, ImagesForm form, string member)
    {
        var request = new ImagesRequest { IsEdit = true, Prompt = "p", Mask = new CallerFile("mask", 0, mask.Length) { Content = mask, Head = mask.AsMemory(0, Math.Min(32, mask.Length)) } };
        request.Images.Add(new CallerFile("image", 0, mask.Length) { Head = request.Mask.Head });
        var body = form.WriteRequest(request, 1, new Translation { Model = "m" });
        using var document = JsonDocument.Parse(MediaForms.Whole(body, mask));
        var root = document.RootElement.TryGetProperty("inPaintingParams", out var inner) ? inner : document.RootElement;
        return root.GetProperty(member).GetBytesFromBase64();
    }

    private static byte[] GreysOf(byte[] png)
    {
        Assert.Equal([8, 0, 0, 0, 0], png[24..29]);
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33));
        using var lines = new ZLibStream(new MemoryStream(png, 41, length), CompressionMode.Decompress);
        using var all = new MemoryStream();
        lines.CopyTo(all);
        return [.. all.ToArray().Where((_, index) => index % 4 != 0)];
    }

    private static byte[] Png(int width, int height, byte colours, byte depth, byte filter, byte[] alphas)
    {
        var sample = depth / 8;
        var pixel = (colours == 6 ? 4 : 2) * sample;
        using var packed = new MemoryStream();
        using (var writer = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var above = new byte[width * pixel];
            for (var y = 0; y < height; y++)
            {
                var line = Enumerable.Range(0, width * pixel).Select(i => (byte)((i * 37) + (y * 11))).ToArray();
                for (var x = 0; x < width; x++)
                    line[(x * pixel) + pixel - sample] = alphas[(y * width) + x];
                writer.WriteByte(filter);
                for (var i = 0; i < line.Length; i++)
                {
                    int left = i < pixel ? 0 : line[i - pixel], up = above[i], corner = i < pixel ? 0 : above[i - pixel];
                    var estimate = left + up - corner;
                    var paeth = new[] { left, up, corner }.MinBy(value => Math.Abs(estimate - value));
                    writer.WriteByte((byte)(line[i] - (filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => paeth })));
                }
                above = line;
            }
        }
        byte[] header = [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, depth, colours, 0, 0, 0];
        var data = packed.ToArray();
        // Two chunks of lines: they are one stream.
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, data[..5]), .. Chunk("tEXt"u8, "IDAT"u8.ToArray()), .. Chunk("IDAT"u8, data[5..]), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. type, .. content, 0, 0, 0, 0];
    }
}
