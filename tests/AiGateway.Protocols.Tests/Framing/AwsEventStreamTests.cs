using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Tests.Framing;

/// <summary>Pins the bytes of AWS's event stream: what AWS writes is read, what is damaged is refused, whatever the split.</summary>
public sealed class AwsEventStreamTests
{
    /// <summary>A frame with one header of each type, put together by hand from the specification.</summary>
    private static byte[] Frame(byte[] headers, byte[] payload)
    {
        var frame = new byte[16 + headers.Length + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(8), Crc32.Compute(frame.AsSpan(0, 8)));
        headers.CopyTo(frame, 12);
        payload.CopyTo(frame, 12 + headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(frame.Length - 4), Crc32.Compute(frame.AsSpan(0, frame.Length - 4)));
        return frame;
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("a", 0xE8B7BE43)]
    [InlineData("123456789", 0xCBF43926)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339)]
    public void Crc32_GivesTheKnownValues(string text, uint expected) => Assert.Equal(expected, Crc32.Compute(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void WrittenEvent_IsReadBack()
    {
        var output = new ArrayBufferWriter<byte>();
        AwsEventStream.WriteEvent(output, "messageStart"u8, "{\"role\":\"assistant\"}"u8);

        Assert.Equal(output.WrittenCount, AwsEventStream.FindFrameEnd(output.WrittenSpan));
        var frame = AwsEventStream.Parse(output.WrittenSpan);

        Assert.Equal("messageStart"u8, frame.EventType);
        Assert.Equal("event"u8, frame.MessageType);
        Assert.Equal("application/json"u8, frame.ContentType);
        Assert.Equal("{\"role\":\"assistant\"}"u8, frame.Payload);
        Assert.False(frame.IsError);
    }

    [Fact]
    public void AnySplit_GivesTheSameFrames()
    {
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i < 5; i++)
            AwsEventStream.WriteEvent(output, "contentBlockDelta"u8, Encoding.UTF8.GetBytes(new string('x', i * 7)));
        var stream = output.WrittenSpan.ToArray();
        for (var piece = 1; piece <= stream.Length; piece++)
        {
            var lengths = new List<int>();
            var start = 0;
            for (var received = 0; received < stream.Length;)
            {
                received = Math.Min(received + piece, stream.Length);
                while (AwsEventStream.FindFrameEnd(stream.AsSpan(start, received - start)) is > 0 and var end)
                {
                    lengths.Add(AwsEventStream.Parse(stream.AsSpan(start, end)).Payload.Length);
                    start += end;
                }
            }
            Assert.Equal([0, 7, 14, 21, 28], lengths);
        }
    }

    [Fact]
    public void HeadersOfAllTypes_AreStepped()
    {
        byte[] headers =
        [
            1, (byte)'a', 0, 1, (byte)'b', 1, 1, (byte)'c', 2, 9, 1, (byte)'d', 3, 0, 1, 1, (byte)'e', 4, 0, 0, 0, 1, 1, (byte)'f', 5, 0, 0, 0, 0, 0, 0, 0, 1,
            1, (byte)'g', 6, 0, 2, 8, 8, 1, (byte)'h', 8, 0, 0, 0, 0, 0, 0, 0, 1, 1, (byte)'i', 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
            11, .. ":error-code"u8, 7, 0, 4, .. "Gone"u8, 13, .. ":message-type"u8, 7, 0, 5, .. "error"u8,
        ];

        var frame = AwsEventStream.Parse(Frame(headers, []));

        Assert.Equal("Gone"u8, frame.ErrorCode);
        Assert.True(frame.IsError);
    }

    [Fact]
    public void EveryDamagedByte_IsNoticed()
    {
        var output = new ArrayBufferWriter<byte>();
        AwsEventStream.WriteEvent(output, "messageStop"u8, "{\"stopReason\":\"end_turn\"}"u8);
        for (var i = 0; i < output.WrittenCount; i++)
        {
            var damaged = output.WrittenSpan.ToArray();
            damaged[i] ^= 0x10;
            Assert.Throws<ChatFormatException>(() => { AwsEventStream.FindFrameEnd(damaged); AwsEventStream.Parse(damaged); });
        }
    }

    [Theory]
    [InlineData(15u, 0u)]
    [InlineData(16u * 1024 * 1024 + 1, 0u)]
    [InlineData(0xFFFFFFFF, 0u)]
    [InlineData(100u, 85u)]
    [InlineData(1024u * 1024, 128u * 1024 + 1)]
    public void LengthsOutOfBounds_AreRefusedBeforeTheFrameIsThere(uint total, uint headers)
    {
        var prelude = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(prelude, total);
        BinaryPrimitives.WriteUInt32BigEndian(prelude.AsSpan(4), headers);
        BinaryPrimitives.WriteUInt32BigEndian(prelude.AsSpan(8), Crc32.Compute(prelude.AsSpan(0, 8)));

        Assert.Throws<ChatFormatException>(() => AwsEventStream.FindFrameEnd(prelude));
    }

    [Theory]
    [InlineData(new byte[] { 200 })]
    [InlineData(new byte[] { 1, (byte)'a', 7, 1, 0 })]
    [InlineData(new byte[] { 1, (byte)'a', 10 })]
    [InlineData(new byte[] { 1, (byte)'a' })]
    public void BrokenHeaders_AreRefused(byte[] headers) =>
        Assert.Throws<ChatFormatException>(() => { AwsEventStream.Parse(Frame(headers, [])); });

    [Fact]
    public void WebPage_IsNoEventStream() =>
        Assert.Throws<ChatFormatException>(() => AwsEventStream.FindFrameEnd("<html><body>Bad gateway</body></html>"u8));
}
