using System.Text;
using AiGateway.Forwarding.Realtime;
using AiGateway.Protocols.OpenAI.Realtime;

namespace AiGateway.Tests.Forwarding.Realtime;

/// <summary>Pins that an event is found whole however it is cut, that what is of no interest passes at once, and that what is kept is bounded.</summary>
public sealed class EventInspectionTests
{
    private const string Done = """{"event_id":"e","type":"response.done","response":{"usage":{"input_tokens":5}}}""";
    private const string Update = """{"session":{"instructions":"äöü"},"type":"session.update"}""";
    private const string Append = """{"type":"input_audio_buffer.append","audio":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""";

    [Theory]
    [InlineData(true, Update, RealtimeEventKind.SessionUpdate)]
    [InlineData(false, Done, RealtimeEventKind.ResponseDone)]
    public void EventOfInterest_IsWholeAtItsEnd(bool ofCaller, string text, RealtimeEventKind kind)
    {
        var inspection = new EventInspection(ofCaller);
        for (var size = 1; size <= text.Length; size++)
        {
            var (finding, seen, found) = Run(inspection, Encoding.UTF8.GetBytes(text), size);
            Assert.Equal((size, Finding.Complete, text, kind), (size, finding, seen, found));
        }
    }

    [Theory]
    [InlineData(true, Append)]
    [InlineData(true, Done)]
    [InlineData(false, Update)]
    [InlineData(false, "{}")]
    [InlineData(true, "not json")]
    [InlineData(true, "")]
    public void OtherEvent_PassesWhole(bool ofCaller, string text)
    {
        var inspection = new EventInspection(ofCaller);
        for (var size = 1; size <= text.Length + 1; size++)
        {
            var (finding, seen, _) = Run(inspection, Encoding.UTF8.GetBytes(text), size);
            Assert.Equal((size, Finding.Passes, text), (size, finding, seen));
        }
    }

    [Fact]
    public void Audio_IsNotKept()
    {
        var inspection = new EventInspection(ofCaller: true);
        Assert.Equal(Finding.Passes, inspection.Add("""{"type":"input_audio_buffer.append","audio":"AA"""u8.ToArray(), isEnd: false));
        inspection.Clear();
        var piece = new byte[16 * 1024];

        Assert.Equal(Finding.Passes, inspection.Add(piece, isEnd: false));
        Assert.True(inspection.Current.Span == piece.AsSpan());
    }

    [Fact]
    public void WhatDoesNotSayItsTypeInTime_Passes()
    {
        var (finding, seen, _) = Run(new EventInspection(ofCaller: true), Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', EventInspection.Largest + 100_000) + "\",\"type\":\"session.update\"}"), 16 * 1024);

        Assert.Equal((Finding.Passes, EventInspection.Largest + 100_000 + 32), (finding, seen.Length));
    }

    [Fact]
    public void EventOfInterestThatIsTooLarge_IsSaidSo()
    {
        var (finding, _, _) = Run(new EventInspection(ofCaller: true), Encoding.UTF8.GetBytes("{\"type\":\"session.update\",\"a\":\"" + new string('x', EventInspection.Largest) + "\"}"), 16 * 1024);

        Assert.Equal(Finding.TooLarge, finding);
    }

    /// <summary>Gives a message in pieces of a size; collects what is to be passed on or is whole.</summary>
    private static (Finding Last, string Seen, RealtimeEventKind Kind) Run(EventInspection inspection, byte[] message, int size)
    {
        var seen = new List<byte>();
        var at = 0;
        while (true)
        {
            var length = Math.Min(size, message.Length - at);
            var isEnd = at + length == message.Length;
            var finding = inspection.Add(message.AsMemory(at, length), isEnd);
            var kind = inspection.Kind;
            if (finding != Finding.Pending)
            {
                seen.AddRange(inspection.Current.Span);
                inspection.Clear();
            }
            if (isEnd || finding == Finding.TooLarge)
                return (finding, Encoding.UTF8.GetString([.. seen]), kind);
            at += length;
        }
    }
}
