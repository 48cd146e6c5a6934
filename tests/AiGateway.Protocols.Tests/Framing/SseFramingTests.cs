using System.Text;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Tests.Framing;

/// <summary>Pins how a stream is cut into events: the same events whatever the line ends and wherever the bytes are split.</summary>
public sealed class SseFramingTests
{
    private const string Mixed = "\uFEFFdata: {\"a\":1}\n\n: ping\r\n\r\nevent: x\rdata:y\r\rdata:  two\r\ndata\ndata:thrée\n\r\n\ndata: [DONE]\n\ndata: tail";

    [Fact]
    public void MixedLineEnds_GiveEventsOfEachKind()
    {
        Assert.Equal(
            ["data={\"a\":1}", "comment", "x:data=y", "data= two\n\nthrée", "comment", "data=[DONE]", "rest=data: tail"],
            Read(Encoding.UTF8.GetBytes(Mixed), []));
    }

    [Fact]
    public void EverySplitInTwo_GivesTheSameEvents()
    {
        var bytes = Encoding.UTF8.GetBytes(Mixed);
        var whole = Read(bytes, []);
        for (var split = 0; split <= bytes.Length; split++)
            Assert.Equal(whole, Read(bytes, [split]));
    }

    [Fact]
    public void RandomSplits_GiveTheSameEvents()
    {
        var bytes = Encoding.UTF8.GetBytes(Mixed + "\n\n" + Mixed.Replace("\n", "\r\n", StringComparison.Ordinal));
        var whole = Read(bytes, []);
        var random = new Random(20260101);
        for (var round = 0; round < 2000; round++)
        {
            var splits = Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(bytes.Length + 1)).Order().ToArray();
            Assert.Equal(whole, Read(bytes, splits));
        }
    }

    [Fact]
    public void ByteByByte_NothingIsSearchedTwice()
    {
        var bytes = Encoding.UTF8.GetBytes("data: " + new string('x', 500) + "\n\n");
        var scanned = 0;
        for (var length = 1; length < bytes.Length; length++)
        {
            var before = scanned;
            Assert.Equal(-1, SseFraming.FindEventEnd(bytes.AsSpan(0, length), ref scanned));
            Assert.InRange(scanned, Math.Max(before, length - 1), length);
        }
        Assert.Equal(bytes.Length, SseFraming.FindEventEnd(bytes, ref scanned));
    }

    [Fact]
    public void CarriageReturnAtTheEnd_IsIncomplete()
    {
        var scanned = 0;
        Assert.Equal(-1, SseFraming.FindEventEnd("data: x\r\r"u8, ref scanned));
        Assert.Equal(9, SseFraming.FindEventEnd("data: x\r\rd"u8, ref scanned));

        scanned = 0;
        Assert.Equal(-1, SseFraming.FindEventEnd("data: x\r\n\r"u8, ref scanned));
        Assert.Equal(11, SseFraming.FindEventEnd("data: x\r\n\r\n"u8, ref scanned));
    }

    [Fact]
    public void DataBeforeTheEventLine_IsRead()
    {
        var bytes = "data: {}\nevent: response.created\n\n"u8;
        var parsed = SseFraming.Parse(bytes);

        Assert.Equal("response.created", Text(bytes, parsed.Name));
        Assert.Equal("{}", Text(bytes, parsed.Data));
        Assert.False(parsed.HasMultipleDataLines);
    }

    [Theory]
    [InlineData("id: 3\ndata: x\n\n", true)]
    [InlineData("retry: 10\n\n", true)]
    [InlineData("idea: 3\n\n", false)]
    [InlineData("data: id: 3\n\n", false)]
    public void IdAndRetryLines_AreSeen(string text, bool expected)
    {
        Assert.Equal(expected, SseFraming.Parse(Encoding.UTF8.GetBytes(text)).HasIdOrRetry);
    }

    [Theory]
    [InlineData("data: a\ndata: bc\n\n")]
    [InlineData("event: e\rdata:a\r\ndata:bc\r\r")]
    public void JoinedData_MapsBackToTheEvent(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var joined = new byte[bytes.Length];
        Assert.Equal("a\nbc", Encoding.UTF8.GetString(joined, 0, SseFraming.JoinData(bytes, joined)));
        Assert.Equal((byte)'b', bytes[SseFraming.OffsetOfJoined(bytes, 2)]);
        Assert.Equal((byte)'c', bytes[SseFraming.OffsetOfJoined(bytes, 3)]);
    }

    private static string Text(ReadOnlySpan<byte> bytes, ByteRange range) => range.Exists ? Encoding.UTF8.GetString(range.Of(bytes)) : "";

    /// <summary>Feeds the bytes in pieces, as a connection would, and describes the events that come out.</summary>
    private static List<string> Read(byte[] bytes, int[] splits)
    {
        var events = new List<string>();
        var start = 0;
        var scanned = 0;
        foreach (var received in splits.Append(bytes.Length))
        {
            if (received < start)
                continue;
            int end;
            while ((end = SseFraming.FindEventEnd(bytes.AsSpan(start, received - start), ref scanned)) >= 0)
            {
                events.Add(Describe(bytes.AsSpan(start, end)));
                start += end;
                scanned = 0;
            }
        }
        if (start < bytes.Length)
            events.Add("rest=" + Encoding.UTF8.GetString(bytes, start, bytes.Length - start));
        return events;
    }

    private static string Describe(ReadOnlySpan<byte> bytes)
    {
        var parsed = SseFraming.Parse(bytes);
        if (parsed.IsComment)
            return "comment";
        var joined = new byte[bytes.Length];
        var length = SseFraming.JoinData(bytes, joined);
        var name = Text(bytes, parsed.Name);
        return (name.Length > 0 ? name + ":" : "") + "data=" + Encoding.UTF8.GetString(joined, 0, length);
    }
}
