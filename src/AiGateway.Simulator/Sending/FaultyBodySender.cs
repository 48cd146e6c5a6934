using System.Buffers;
using System.IO.Compression;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Dialects;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Sending;

/// <summary>Sends answers that are one body, wrongly where a fault demands it.</summary>
internal sealed class FaultyBodySender(SimulatorOptions options)
{
    private const int WrongLengthBy = 100;

    private static readonly byte[] Garbage = [0x00, 0xFF, 0xFE, .. "}{ this is neither JSON nor an event \r\n\r\n<<<>>>"u8, 0xC3, 0x28, 0x00];

    private static readonly byte[] Page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"u8.ToArray();

    /// <summary>Sends the body.</summary>
    /// <returns>True when the simulator itself broke the connection on demand.</returns>
    public async ValueTask<bool> SendAsync(HttpContext context, Answer answer, Fault? fault, SeenId? seen)
    {
        var response = context.Response;
        if (fault?.RedirectTo is { } location)
        {
            response.StatusCode = StatusCodes.Status302Found;
            response.Headers.Location = location;
            response.ContentLength = 0;
            return false;
        }
        if (fault?.HtmlStatus is { } status)
        {
            response.StatusCode = status;
            response.ContentType = "text/html";
        }
        if (fault?.HugeBytes is { } size)
        {
            await SendHugeAsync(context, size, isEvent: answer.Events is not null);
            return false;
        }

        var body = fault switch
        {
            { HtmlStatus: not null } => Page,
            { Garbage: true } => Garbage,
            { Empty: true } => default,
            { ErrorEventAfter: not null } when answer.Status < 400 => WireFaults.Of(answer.Dialect).ErrorBody,
            _ => answer.Bytes,
        };
        if (fault is { Gzip: true })
        {
            body = Compress(body);
            response.Headers.ContentEncoding = "gzip";
        }
        return await SendPartsAsync(context, body, fault, answer.Status < 400 ? seen : null);
    }

    private async ValueTask<bool> SendPartsAsync(HttpContext context, ReadOnlyMemory<byte> body, Fault? fault, SeenId? seen)
    {
        var response = context.Response;
        var half = body.Length / 2;
        if (fault is { MalformedAt: not null })
            body = body[..half];
        // A clean end in the middle needs a body without a promised length.
        if (fault is not { EndAfter: not null })
            response.ContentLength = body.Length + (fault is { WrongLength: true } ? WrongLengthBy : 0);
        if (HttpMethods.IsHead(context.Request.Method))
            return false;

        if (fault is { SlowFirstMilliseconds: > 0 })
        {
            await response.BodyWriter.FlushAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(fault.SlowFirstMilliseconds), options.TimeProvider, context.RequestAborted);
        }
        if (fault is null or { CutAfter: null, EndAfter: null, StallAfter: null })
        {
            response.BodyWriter.Write(body.Span);
            // Kestrel would turn an unsent body of the wrong length into a 500.
            if (fault is { WrongLength: true })
                await response.BodyWriter.FlushAsync();
            return false;
        }

        response.BodyWriter.Write(body.Span[..half]);
        await response.BodyWriter.FlushAsync();
        seen?.Start();
        if (fault.CutAfter is not null)
        {
            await ConnectionReset.AfterSentAsync(context, options.TimeProvider);
            return true;
        }
        if (fault.StallAfter is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(fault.StallMilliseconds), options.TimeProvider, context.RequestAborted);
        if (fault.EndAfter is null)
            response.BodyWriter.Write(body.Span[half..]);
        return false;
    }

    private static async Task SendHugeAsync(HttpContext context, long size, bool isEvent)
    {
        var before = isEvent ? "data: {\"simulated\":\""u8.ToArray() : "{\"simulated\":\""u8.ToArray();
        var after = isEvent ? "\"}\n\n"u8.ToArray() : "\"}"u8.ToArray();
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        if (!isEvent)
            context.Response.ContentLength = before.Length + size + after.Length;
        await context.Response.BodyWriter.WriteAsync(before);
        for (var left = size; left > 0 && !context.RequestAborted.IsCancellationRequested; left -= block.Length)
            await context.Response.BodyWriter.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
        await context.Response.BodyWriter.WriteAsync(after);
    }

    private static byte[] Compress(ReadOnlyMemory<byte> body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(body.Span);
        return compressed.ToArray();
    }
}
