using System.Buffers.Text;
using System.Diagnostics;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest.Load;

/// <summary>Follows one stream: every event of our upstream carries <c>#sequence:ticks#</c>, so loss, order and delay are seen per event.</summary>
/// <remarks>The upstream's ticks are comparable with ours: <see cref="Stopwatch"/> reads the machine's monotonic clock in both processes.</remarks>
internal sealed class StreamSink(StreamResult result) : IBodySink
{
    // The longest event of our upstream is about 250 bytes.
    private readonly byte[] _event = new byte[2048];
    private int _length;

    /// <summary>Numbered events seen; also the number the next one must carry.</summary>
    public int Events { get; private set; }

    /// <summary>Whether a finish reason was seen.</summary>
    public bool Finished { get; private set; }

    /// <summary>Whether <c>[DONE]</c> was seen.</summary>
    public bool Done { get; private set; }

    /// <summary>Prepares for another stream on the same connection.</summary>
    public void Reset()
    {
        _length = 0;
        Events = 0;
        Finished = false;
        Done = false;
    }

    public void Append(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            // An event ends with an empty line; its two line feeds may come in different pieces.
            if (_length > 0 && _event[_length - 1] == (byte)'\n' && piece[0] == (byte)'\n')
            {
                Read(_event.AsSpan(0, _length));
                _length = 0;
                piece = piece[1..];
                continue;
            }
            var end = piece.IndexOf("\n\n"u8);
            var part = end < 0 ? piece : piece[..(end + 1)];
            if (_length + part.Length > _event.Length)
            {
                result.AddError("an event longer than the upstream sends");
                _length = 0;
                return;
            }
            if (end >= 0 && _length == 0)
            {
                Read(part);
            }
            else
            {
                part.CopyTo(_event.AsSpan(_length));
                _length += part.Length;
                if (end >= 0)
                {
                    Read(_event.AsSpan(0, _length));
                    _length = 0;
                }
            }
            piece = end < 0 ? [] : piece[(end + 2)..];
        }
    }

    private void Read(ReadOnlySpan<byte> text)
    {
        if (text[0] == (byte)':')
        {
            result.Comments++;
            return;
        }
        var mark = text.IndexOf((byte)'#');
        if (mark >= 0)
        {
            ReadNumbered(text[(mark + 1)..]);
        }
        else if (text.StartsWith("data: [DONE]"u8))
        {
            Done = true;
        }
        else if (text.IndexOf("\"finish_reason\":\"stop\""u8) >= 0)
        {
            Finished = true;
        }
        else if (text.IndexOf("\"usage\":{"u8) >= 0)
        {
            result.AddError("a usage chunk that was not asked for");
        }
        else if (text.IndexOf("\"role\":\"assistant\""u8) < 0)
        {
            result.AddError("an event that the upstream does not send");
        }
    }

    private void ReadNumbered(ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out int sequence, out var used) || !Utf8Parser.TryParse(text[(used + 1)..], out long sentAt, out _))
        {
            result.AddError("an event whose number cannot be read");
            return;
        }
        if (sequence != Events || Done)
        {
            result.AddError($"event {sequence} came where {Events} was due");
        }
        Events = sequence + 1;
        result.Delays.Record((long)Stopwatch.GetElapsedTime(sentAt).TotalNanoseconds);
    }
}
