using System.Buffers.Binary;
using System.Threading.Channels;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;

namespace AiGateway.Forwarding;

/// <summary>The event streams of several calls as one: whole events in the order in which they come, each behind the number of its call.</summary>
/// <remarks>An event is its length and its call's number, four bytes each, and its bytes. The first stream that breaks breaks the whole; it ends when all have ended.</remarks>
internal sealed class InterleavedStream : ReadOnlyStream
{
    private const int HeadLength = 8;
    private const int FirstBuffer = 8 * 1024;
    private const int LargestEvent = 64 * 1024 * 1024;

    // A slow caller holds the providers back, as one stream would.
    private const int MostWaiting = 64;

    private readonly HttpResponseMessage[] _responses;
    private readonly StreamFraming _framing;
    private readonly Channel<byte[]> _events = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _stopped;
    private byte[] _current = [];
    private int _position;

    /// <summary>Begins to read.</summary>
    /// <param name="responses">The answers; disposed with this.</param>
    /// <param name="streams">Their bodies.</param>
    /// <param name="framing">How these are cut into events.</param>
    /// <param name="stop">Ends everything.</param>
    public InterleavedStream(HttpResponseMessage[] responses, Stream[] streams, StreamFraming framing, CancellationToken stop)
    {
        _responses = responses;
        _framing = framing;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // The pumps may look at it when its source is disposed of already.
        _stopped = _stop.Token;
        _ = PumpAllAsync(streams);
    }

    /// <summary>The end of the first whole event; -1 when it is not there yet.</summary>
    public static int FindEnd(ReadOnlySpan<byte> buffer) =>
        buffer.Length >= HeadLength && HeadLength + BinaryPrimitives.ReadInt32LittleEndian(buffer) is var length && length <= buffer.Length ? length : -1;

    /// <summary>Takes one whole event apart.</summary>
    public static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> interleaved, out int call)
    {
        call = BinaryPrimitives.ReadInt32LittleEndian(interleaved[4..]);
        return interleaved[HeadLength..];
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position == _current.Length)
        {
            if (!await _events.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }
            if (buffer.IsEmpty || !_events.Reader.TryRead(out var next))
            {
                return 0;
            }
            (_current, _position) = (next, 0);
        }
        var length = Math.Min(buffer.Length, _current.Length - _position);
        _current.AsMemory(_position, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Cancel();
            foreach (var response in _responses)
            {
                response.Dispose();
            }
            _stop.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task PumpAllAsync(Stream[] streams)
    {
        var pumps = new Task[streams.Length];
        for (var i = 0; i < pumps.Length; i++)
        {
            pumps[i] = PumpAsync(streams[i], i);
        }
        await Task.WhenAll(pumps);
        _events.Writer.TryComplete();
    }

    private async Task PumpAsync(Stream stream, int call)
    {
        try
        {
            var buffer = new byte[FirstBuffer];
            var (used, scanned) = (0, 0);
            while (true)
            {
                if (used == buffer.Length)
                {
                    if (used >= LargestEvent)
                    {
                        throw new InvalidDataException($"An event of more than {LargestEvent} bytes.");
                    }
                    Array.Resize(ref buffer, buffer.Length * 2);
                }
                var read = await stream.ReadAsync(buffer.AsMemory(used), _stopped);
                used += read;
                await SocketThread.LeaveFor(read);
                var start = 0;
                int length;
                while ((length = EventFraming.FindEnd(_framing, buffer.AsSpan(start, used - start), ref scanned)) > 0)
                {
                    await _events.Writer.WriteAsync(Framed(buffer.AsSpan(start, length), call, closing: 0), _stopped);
                    start += length;
                    scanned = 0;
                }
                buffer.AsSpan(start, used - start).CopyTo(buffer);
                used -= start;
                if (read > 0)
                {
                    continue;
                }
                if (used > 0)
                {
                    // Some servers leave out the last blank line.
                    await _events.Writer.WriteAsync(Framed(buffer.AsSpan(0, used), call, closing: 2), _stopped);
                }
                return;
            }
        }
        catch (Exception e)
        {
            // Told to the reader, who knows what it means; what came before goes out first.
            _events.Writer.TryComplete(e);
        }
    }

    private static byte[] Framed(ReadOnlySpan<byte> bytes, int call, int closing)
    {
        var framed = new byte[HeadLength + bytes.Length + closing];
        BinaryPrimitives.WriteInt32LittleEndian(framed, bytes.Length + closing);
        BinaryPrimitives.WriteInt32LittleEndian(framed.AsSpan(4), call);
        bytes.CopyTo(framed.AsSpan(HeadLength));
        framed.AsSpan(HeadLength + bytes.Length).Fill((byte)'\n');
        return framed;
    }
}
