using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Dialects;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Statistics;

namespace AiGateway.Simulator.Sending;

/// <summary>Sends streams event by event, at the pace asked for, wrongly where a fault demands it.</summary>
internal sealed class EventSender(SimulatorOptions options)
{
    // Far more than any simulated stream: the client waits for bytes that do not come.
    private const int WrongLength = 10_000_000;

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
    public async ValueTask<bool> SendAsync(HttpContext context, Answer answer, Fault? fault, SeenId? seen)
    {
        var wire = answer.Wire ?? WireFaults.Of(answer.Dialect);
        if (!wire.IsText && fault is { Comments: true } or { CrLf: true })
            fault = fault with { Comments = false, CrLf = false };
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
        foreach (var item in answer.Events!)
        {
            if (context.RequestAborted.IsCancellationRequested)
                return false;
            if (sent > 0 && pace > TimeSpan.Zero)
                await Task.Delay(pace, options.TimeProvider, context.RequestAborted);
            if (fault?.StallAfter == sent)
                await Task.Delay(TimeSpan.FromMilliseconds(fault.StallMilliseconds), options.TimeProvider, context.RequestAborted);

            isResponse = answer.Dialect == Dialect.OpenAIChat && item.Span.StartsWith("event: "u8);
            switch (Decide(fault, sent, item.Span, wire))
            {
                case Next.Cut:
                    await ConnectionReset.AfterSentAsync(context, options.TimeProvider);
                    return true;
                case Next.Error:
                    await writer.WriteAsync(isResponse ? ResponseError : wire.ErrorEvent);
                    return false;
                case Next.End:
                    return false;
                case Next.Skip:
                    continue;
                default:
                    await writer.WriteAsync(fault?.MalformedAt == sent + 1 ? wire.Malformed : item);
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
            await writer.WriteAsync(isResponse ? ResponseError : wire.ErrorEvent);
        return false;
    }

    private static Next Decide(Fault? fault, int sent, ReadOnlySpan<byte> item, WireFaults wire)
    {
        if (fault is null)
            return Next.Send;
        if (fault.CutAfter == sent)
            return Next.Cut;
        if (fault.ErrorEventAfter == sent)
            return Next.Error;
        if (fault.EndAfter == sent)
            return Next.End;
        return fault.NoDone && wire.IsTerminal(item) ? Next.Skip : Next.Send;
    }

    private TimeSpan Pace(Fault? fault)
    {
        if (fault?.PaceMilliseconds is { } milliseconds)
            return TimeSpan.FromMilliseconds(milliseconds);
        return options.TokensPerSecond > 0 ? TimeSpan.FromSeconds(1 / options.TokensPerSecond) : TimeSpan.Zero;
    }
}
