using System.Buffers;
using AiGateway.Protocols.Chat;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Faults;
using AiGateway.Simulator.Statistics;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Simulator.Sending;

/// <summary>Sends answers, each as its fault demands. Answers without delay, fault and events take a short way.</summary>
internal sealed class AnswerSender(SimulatorOptions options)
{
    private static readonly StringValues OpenAIVersion = "2020-10-01";
    private static readonly StringValues ProcessingMilliseconds = "1";
    private static readonly StringValues RequestLimit = "10000";
    private static readonly StringValues RequestsLeft = "9999";
    private static readonly StringValues RequestReset = "6ms";
    private static readonly StringValues TokenLimit = "2000000";
    private static readonly StringValues TokensLeft = "1999900";
    private static readonly StringValues TokenReset = "3ms";

    private readonly StringValues _name = options.Name;
    private readonly FaultyBodySender _faultyBodies = new(options);
    private readonly EventSender _events = new(options);

    /// <summary>Sends an answer.</summary>
    /// <returns>True when the simulator itself broke the connection on demand.</returns>
    public ValueTask<bool> SendAsync(HttpContext context, Answer answer, Fault? fault, string requestId, SeenId? seen)
    {
        if (fault is not null || options.Latency > TimeSpan.Zero || answer.Events is not null)
            return SendSlowlyAsync(context, answer, fault, requestId, seen);

        WriteHead(context, answer, fault, requestId);
        var bytes = answer.Bytes;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            context.Response.BodyWriter.Write(bytes.Span);
        return ValueTask.FromResult(false);
    }

    private async ValueTask<bool> SendSlowlyAsync(HttpContext context, Answer answer, Fault? fault, string requestId, SeenId? seen)
    {
        if (fault is { Reset: true })
        {
            ConnectionReset.Now(context);
            return true;
        }
        var latency = options.Latency + TimeSpan.FromMilliseconds(fault?.LatencyMilliseconds ?? 0);
        if (latency > TimeSpan.Zero)
            await Task.Delay(latency, options.TimeProvider, context.RequestAborted);

        WriteHead(context, answer, fault, requestId);
        if (fault is { ResetAfterHeaders: true })
        {
            await ConnectionReset.AfterSentAsync(context, options.TimeProvider);
            return true;
        }
        return answer.Events is not null && fault is not { ReplacesBody: true }
            ? await _events.SendAsync(context, answer, fault, seen)
            : await _faultyBodies.SendAsync(context, answer, fault, seen);
    }

    private void WriteHead(HttpContext context, Answer answer, Fault? fault, string requestId)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        var headers = response.Headers;
        if (fault is not { NoContentType: true })
            headers.ContentType = answer.ContentType;
        headers["x-sim-name"] = _name;
        foreach (var (name, value) in answer.Headers)
            headers[name] = value;
        if (answer.Dialect != Dialect.OpenAIChat)
        {
            headers[RequestIdHeader(answer.Dialect)] = requestId;
            return;
        }
        headers["x-request-id"] = requestId;
        headers["openai-version"] = OpenAIVersion;
        headers["openai-processing-ms"] = ProcessingMilliseconds;
        if (answer.Status < 400)
        {
            headers["x-ratelimit-limit-requests"] = RequestLimit;
            headers["x-ratelimit-remaining-requests"] = RequestsLeft;
            headers["x-ratelimit-reset-requests"] = RequestReset;
            headers["x-ratelimit-limit-tokens"] = TokenLimit;
            headers["x-ratelimit-remaining-tokens"] = TokensLeft;
            headers["x-ratelimit-reset-tokens"] = TokenReset;
        }
    }

    private static string RequestIdHeader(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => "request-id",
        Dialect.Converse => "x-amzn-requestid",
        _ => "x-request-id",
    };
}
