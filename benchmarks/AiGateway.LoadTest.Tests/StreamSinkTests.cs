using System.Diagnostics;
using System.Text;
using AiGateway.LoadTest.Load;

namespace AiGateway.LoadTest.Tests;

/// <summary>Loss and disorder in a stream must not go unseen.</summary>
public sealed class StreamSinkTests
{
    private static string Numbered(int sequence) => $$$"""data: {"choices":[{"delta":{"content":"#{{{sequence}}}:{{{Stopwatch.GetTimestamp()}}}# word"}}]}""" + "\n\n";

    private const string Role = """data: {"choices":[{"delta":{"role":"assistant","content":""}}]}""" + "\n\n";
    private const string Finish = """data: {"choices":[{"delta":{},"finish_reason":"stop"}]}""" + "\n\n";
    private const string Done = "data: [DONE]\n\n";

    [Fact]
    public void SplitAnywhere_TheStreamIsWhole()
    {
        var bytes = Encoding.ASCII.GetBytes(Role + Numbered(0) + ": keep-alive\n\n" + Numbered(1) + Finish + Done);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var result = new StreamResult();
            var sink = new StreamSink(result);
            sink.Append(bytes.AsSpan(0, split));
            sink.Append(bytes.AsSpan(split));

            Assert.True(result.Errors == 0, $"split at {split}: {result.FirstError}");
            Assert.Equal(2, sink.Events);
            Assert.Equal(1, result.Comments);
            Assert.True(sink is { Finished: true, Done: true });
            Assert.Equal(2, result.Delays.Count);
        }
    }

    [Fact]
    public void ByteByByte_TheStreamIsWhole()
    {
        var result = new StreamResult();
        var sink = new StreamSink(result);
        foreach (var b in Encoding.ASCII.GetBytes(Role + Numbered(0) + Numbered(1) + Finish + Done))
        {
            sink.Append([b]);
        }

        Assert.Equal(0, result.Errors);
        Assert.Equal(2, sink.Events);
    }

    [Fact]
    public void MissingEvent_IsAnError() => Assert.Equal(1, ErrorsOf(Role + Numbered(0) + Numbered(2)));

    [Fact]
    public void SwappedEvents_AreErrors() => Assert.True(ErrorsOf(Role + Numbered(1) + Numbered(0)) > 0);

    [Fact]
    public void DoubledEvent_IsAnError() => Assert.Equal(1, ErrorsOf(Numbered(0) + Numbered(0)));

    [Fact]
    public void UsageNotAskedFor_IsAnError() => Assert.Equal(1, ErrorsOf("""data: {"choices":[],"usage":{"prompt_tokens":1}}""" + "\n\n"));

    [Fact]
    public void ErrorEvent_IsAnError() => Assert.Equal(1, ErrorsOf("""data: {"error":{"message":"x"}}""" + "\n\n"));

    private static long ErrorsOf(string stream)
    {
        var result = new StreamResult();
        new StreamSink(result).Append(Encoding.ASCII.GetBytes(stream));
        return result.Errors;
    }
}
