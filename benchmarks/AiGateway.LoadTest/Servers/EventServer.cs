using System.Buffers.Text;
using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace AiGateway.LoadTest.Servers;

/// <summary>A streaming upstream: OpenAI chat chunks at a steady pace, each with its number and the time it was written.</summary>
internal static class EventServer
{
    private static ReadOnlySpan<byte> ChunkStart => "data: {\"id\":\"chatcmpl-BenchStream000000000000001\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"chat-model\",\"system_fingerprint\":\"fp_bench\",\"choices\":["u8;

    /// <summary>Serves until SIGTERM.</summary>
    /// <param name="listen">Address.</param>
    /// <param name="events">Numbered events per stream.</param>
    /// <param name="interval">Time between two events of a stream.</param>
    public static async Task RunAsync(string listen, int events, TimeSpan interval)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(listen);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var app = builder.Build();
        app.Run(context => HttpMethods.IsGet(context.Request.Method) ? Task.CompletedTask : StreamAsync(context, events, interval));
        await app.RunAsync();
    }

    private static async Task StreamAsync(HttpContext context, int events, TimeSpan interval)
    {
        var includeUsage = await AsksForUsageAsync(context.Request.BodyReader, context.RequestAborted);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        var output = context.Response.BodyWriter;
        var end = includeUsage ? "],\"usage\":null}\n\n" : "]}\n\n";

        Write(output, ChunkStart);
        Write(output, "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}"u8);
        WriteText(output, end);
        await output.FlushAsync(context.RequestAborted);

        using var timer = new PeriodicTimer(interval);
        for (var sequence = 0; sequence < events; sequence++)
        {
            await timer.WaitForNextTickAsync(context.RequestAborted);
            WriteNumbered(output, sequence, end);
            await output.FlushAsync(context.RequestAborted);
        }

        Write(output, ChunkStart);
        Write(output, "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}"u8);
        WriteText(output, end);
        if (includeUsage)
        {
            Write(output, ChunkStart);
            Write(output, "],\"usage\":{\"prompt_tokens\":274,\"completion_tokens\":100,\"total_tokens\":374}}\n\n"u8);
        }
        Write(output, "data: [DONE]\n\n"u8);
        await output.FlushAsync(context.RequestAborted);
    }

    private static async Task<bool> AsksForUsageAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (!read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }
            // The load tool's own requests never name it, so its presence means that a gateway asked.
            var asks = new System.Buffers.SequenceReader<byte>(read.Buffer).TryReadTo(out System.Buffers.ReadOnlySequence<byte> _, "\"include_usage\":true"u8);
            body.AdvanceTo(read.Buffer.End);
            return asks;
        }
    }

    private static void WriteNumbered(PipeWriter output, int sequence, string end)
    {
        Write(output, ChunkStart);
        Write(output, "{\"index\":0,\"delta\":{\"content\":\"#"u8);
        var span = output.GetSpan(48);
        Utf8Formatter.TryFormat(sequence, span, out var length);
        span[length++] = (byte)':';
        Utf8Formatter.TryFormat(Stopwatch.GetTimestamp(), span[length..], out var ticks);
        output.Advance(length + ticks);
        Write(output, "# word\"},\"finish_reason\":null}"u8);
        WriteText(output, end);
    }

    private static void Write(PipeWriter output, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    private static void WriteText(PipeWriter output, string ascii)
    {
        var span = output.GetSpan(ascii.Length);
        output.Advance(System.Text.Encoding.ASCII.GetBytes(ascii, span));
    }
}
