using System.Text;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest.Tests;

/// <summary>A reader that misjudged where an answer ends would report wrong answers of a right proxy, or hide those of a wrong one.</summary>
public sealed class ResponseReaderTests
{
    private const string Fixed = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 5\r\n\r\nhello";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Fixed)]
    [InlineData(Chunked)]
    public void SplitAtEveryTwoPlaces_TheBodyIsTheSame(string response)
    {
        var bytes = Encoding.ASCII.GetBytes(response);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
            {
                var sink = new TextSink();
                var reader = new ResponseReader(sink);

                Assert.Equal(first, reader.Feed(bytes.AsSpan(0, first)));
                Assert.Equal(second - first, reader.Feed(bytes.AsSpan(first, second - first)));
                Assert.Equal(bytes.Length - second, reader.Feed(bytes.AsSpan(second)));

                Assert.True(reader.IsComplete);
                Assert.Equal(200, reader.Status);
                Assert.Equal("hello", sink.Text);
            }
        }
    }

    [Fact]
    public void BytesAfterTheEnd_AreNotConsumed()
    {
        var reader = new ResponseReader(null);

        Assert.Equal(Fixed.Length, reader.Feed(Encoding.ASCII.GetBytes(Fixed + "HTTP")));
        Assert.True(reader.IsComplete);
    }

    [Fact]
    public void AfterReset_TheNextAnswerIsRead()
    {
        var reader = new ResponseReader(null);
        reader.Feed(Encoding.ASCII.GetBytes(Chunked));
        reader.Reset();
        reader.Feed("HTTP/1.1 503 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"u8);

        Assert.True(reader.IsComplete);
        Assert.Equal(503, reader.Status);
        Assert.True(reader.ClosesConnection);
        Assert.Equal(0, reader.BodyLength);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab")]
    [InlineData("garbage that is not HTTP\r\n\r\n")]
    public void WrongFraming_Fails(string response)
    {
        var reader = new ResponseReader(null);
        reader.Feed(Encoding.ASCII.GetBytes(response));

        Assert.True(reader.Failed);
        Assert.False(reader.IsComplete);
    }

    private sealed class TextSink : IBodySink
    {
        public string Text { get; private set; } = "";

        public void Append(ReadOnlySpan<byte> piece) => Text += Encoding.ASCII.GetString(piece);
    }
}
