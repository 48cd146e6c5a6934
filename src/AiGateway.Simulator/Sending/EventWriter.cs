using System.Buffers;
using System.IO.Compression;
using AiGateway.Simulator.Faults;

namespace AiGateway.Simulator.Sending;

/// <summary>Puts events on the wire: as they are, or compressed, in odd pieces, with comments or with CR LF.</summary>
internal sealed class EventWriter : IAsyncDisposable
{
    private readonly HttpContext _context;
    private readonly Fault? _fault;
    private readonly GZipStream? _gzip;
    private readonly ArrayBufferWriter<byte>? _held;

    public EventWriter(HttpContext context, Fault? fault)
    {
        _context = context;
        _fault = fault;
        if (fault is { Gzip: true })
        {
            context.Response.Headers.ContentEncoding = "gzip";
            _gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        }
        if (fault is { SplitBytes: not null })
            _held = new ArrayBufferWriter<byte>();
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> item)
    {
        if (_fault is { Comments: true })
            item = (byte[])[.. ": simulated keep-alive\n\n"u8, .. item.Span];
        if (_fault is { CrLf: true })
            item = WithCrLf(item.Span);

        if (_held is not null)
            await WriteInPiecesAsync(_held, _fault!.SplitBytes!.Value, item);
        else
            await SendAsync(item);
    }

    public async ValueTask DisposeAsync()
    {
        if (_context.RequestAborted.IsCancellationRequested)
            return;
        if (_held is { WrittenCount: > 0 })
            await SendAsync(_held.WrittenMemory);
        if (_gzip is not null)
            await _gzip.DisposeAsync();
    }

    private async ValueTask WriteInPiecesAsync(ArrayBufferWriter<byte> held, int size, ReadOnlyMemory<byte> item)
    {
        held.Write(item.Span);
        var all = held.WrittenMemory.ToArray();
        var at = 0;
        for (; at + size <= all.Length; at += size)
        {
            await SendAsync(all.AsMemory(at, size));
            await Task.Yield();
        }
        held.ResetWrittenCount();
        held.Write(all.AsSpan(at));
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_gzip is null)
        {
            await _context.Response.BodyWriter.WriteAsync(bytes);
            return;
        }
        await _gzip.WriteAsync(bytes);
        await _gzip.FlushAsync();
        await _context.Response.Body.FlushAsync();
    }

    private static byte[] WithCrLf(ReadOnlySpan<byte> item)
    {
        var lines = new ArrayBufferWriter<byte>(item.Length + 8);
        foreach (var b in item)
        {
            if (b == (byte)'\n')
                lines.Write("\r"u8);
            lines.Write([b]);
        }
        return lines.WrittenSpan.ToArray();
    }
}
