using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Sending;

/// <summary>Sends streams event by event, at the pace asked for, wrongly where a fault demands it.</summary>
internal sealed class EventSender(SimulatorOptions options)
{
    // Far more than any simulated stream: the client waits for bytes that do not come.
    private const int WrongLength = 10_000_000;

    private static readonly ReadOnlyMemory<byte> Malformed = "data: {\"id\":\"chatcmpl-broken\",\"choices\":[{\"ind\n\n"u8.ToArray();

    private static readonly ReadOnlyMemory<byte> ChatError =
        "data: {\"error\":{\"message\":\"Simulated fault in the stream.\",\"type\":\"server_error\",\"param\":null,\"code\":\"server_error\"}}\n\n"u8.ToArray();

    private static readonly ReadOnlyMemory<byte> ResponseError =
        "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,\"code\":\"server_error\",\"message\":\"Simulated fault in the stream.\",\"param\":null}\n\n"u8.ToArray();

    private enum Next
    {
        Send,
        Skip,
        End,
        Cut,
        Error,
    }

    /// <summary>Sends the events.</summary>
    /// <returns>True when the simulator itself broke the connection on demand.</returns>
    public async ValueTask<bool> SendAsync(HttpContext context, IEnumerable<ReadOnlyMemory<byte>> events, Fault? fault, SeenId? seen)
    {
        if (fault is { WrongLength: true })
            context.Response.ContentLength = WrongLength;
        context.Response.Headers.CacheControl = "no-cache";
        await using var writer = new EventWriter(context, fault);
        var pace = Pace(fault);
        var first = TimeSpan.FromMilliseconds(fault?.SlowFirstMilliseconds ?? 0) + options.TimeToFirstToken;
        if (first > TimeSpan.Zero)
        {
            await context.Response.BodyWriter.FlushAsync();
            await Task.Delay(first, options.TimeProvider, context.RequestAborted);
        }

        var sent = 0;
        var isResponse = false;
        foreach (var item in events)
        {
            if (context.RequestAborted.IsCancellationRequested)
                return false;
            if (sent > 0 && pace > TimeSpan.Zero)
                await Task.Delay(pace, options.TimeProvider, context.RequestAborted);
            if (fault?.StallAfter == sent)
                await Task.Delay(TimeSpan.FromMilliseconds(fault.StallMilliseconds), options.TimeProvider, context.RequestAborted);

            isResponse = item.Span.StartsWith("event: "u8);
            switch (Decide(fault, sent, item.Span))
            {
                case Next.Cut:
                    await ConnectionReset.AfterSentAsync(context, options.TimeProvider);
                    return true;
                case Next.Error:
                    await writer.WriteAsync(isResponse ? ResponseError : ChatError);
                    return false;
                case Next.End:
                    return false;
                case Next.Skip:
                    continue;
                default:
                    await writer.WriteAsync(fault?.MalformedAt == sent + 1 ? Malformed : item);
                    break;
            }
            if (sent++ == 0)
                seen?.Start();
        }

        // A fault that was to come after more events than there are comes at the end.
        if (fault is { CutAfter: not null })
        {
            await ConnectionReset.AfterSentAsync(context, options.TimeProvider);
            return true;
        }
        if (fault is { ErrorEventAfter: not null })
            await writer.WriteAsync(isResponse ? ResponseError : ChatError);
        return false;
    }

    private static Next Decide(Fault? fault, int sent, ReadOnlySpan<byte> item)
    {
        if (fault is null)
            return Next.Send;
        if (fault.CutAfter == sent)
            return Next.Cut;
        if (fault.ErrorEventAfter == sent)
            return Next.Error;
        if (fault.EndAfter == sent)
            return Next.End;
        var isTerminal = item.StartsWith("data: [DONE]"u8) || item.StartsWith("event: response.completed"u8) || item.StartsWith("event: response.incomplete"u8);
        return fault.NoDone && isTerminal ? Next.Skip : Next.Send;
    }

    private TimeSpan Pace(Fault? fault)
    {
        if (fault?.PaceMilliseconds is { } milliseconds)
            return TimeSpan.FromMilliseconds(milliseconds);
        return options.TokensPerSecond > 0 ? TimeSpan.FromSeconds(1 / options.TokensPerSecond) : TimeSpan.Zero;
    }
}
