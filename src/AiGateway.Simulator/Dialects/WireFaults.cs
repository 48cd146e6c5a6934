using System.Buffers;
using System.Text;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Simulator.Dialects;

/// <summary>What the faults of streams and bodies look like in one dialect.</summary>
internal sealed class WireFaults
{
    private const string Message = "Simulated fault in the stream.";

    private static readonly WireFaults OpenAI = new()
    {
        Malformed = Text("data: {\"id\":\"chatcmpl-broken\",\"choices\":[{\"ind\n\n"),
        ErrorEvent = Text($"data: {{\"error\":{{\"message\":\"{Message}\",\"type\":\"server_error\",\"param\":null,\"code\":\"server_error\"}}}}\n\n"),
        ErrorBody = Text("""{"error":{"message":"Simulated fault: an error with status 200.","type":"server_error","param":null,"code":"server_error"}}"""),
        TerminalStarts = [Text("data: [DONE]"), Text("event: response.completed"), Text("event: response.incomplete")],
    };

    private static readonly WireFaults Anthropic = new()
    {
        Malformed = Text("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"del\n\n"),
        ErrorEvent = Text($"event: error\ndata: {{\"type\":\"error\",\"error\":{{\"type\":\"overloaded_error\",\"message\":\"{Message}\"}}}}\n\n"),
        ErrorBody = Text("""{"type":"error","error":{"type":"api_error","message":"Simulated fault: an error with status 200."}}"""),
        TerminalStarts = [Text("event: message_stop")],
    };

    // Nothing comes after the event with the finish reason, so nothing can be missing.
    private static readonly WireFaults Gemini = new()
    {
        Malformed = Text("data: {\"candidates\":[{\"content\":{\"par\n\n"),
        ErrorEvent = Text($"data: {{\"error\":{{\"code\":503,\"message\":\"{Message}\",\"status\":\"UNAVAILABLE\"}}}}\n\n"),
        ErrorBody = Text("""{"error":{"code":500,"message":"Simulated fault: an error with status 200.","status":"INTERNAL"}}"""),
        TerminalStarts = [],
    };

    private static readonly WireFaults Converse = new()
    {
        Malformed = Frame(output => AwsEventStream.WriteEvent(output, "contentBlockDelta"u8, "{\"contentBlockIndex\":0,\"del"u8)),
        ErrorEvent = Frame(output => AwsEventStream.WriteException(output, "serviceUnavailableException"u8, Encoding.UTF8.GetBytes($"{{\"message\":\"{Message}\"}}"))),
        ErrorBody = Text("""{"message":"Simulated fault: an error with status 200."}"""),
        TerminalStarts = [],
        IsText = false,
    };

    /// <summary>Bedrock's stream of invoke, with Anthropic's events in its frames.</summary>
    public static readonly WireFaults Invoke = new()
    {
        Malformed = Frame(output => AwsEventStream.WriteEvent(output, "chunk"u8, "{\"bytes\":\"not base64"u8)),
        ErrorEvent = Converse.ErrorEvent,
        ErrorBody = Converse.ErrorBody,
        TerminalStarts = [],
        IsText = false,
        IsInvoke = true,
    };

    private static readonly WireFaults Cohere = new()
    {
        Malformed = Text("event: content-delta\ndata: {\"type\":\"content-delta\",\"index\":0,\"del\n\n"),
        ErrorEvent = Text($"event: message-end\ndata: {{\"type\":\"message-end\",\"delta\":{{\"error\":\"{Message}\",\"finish_reason\":\"ERROR\"}}}}\n\n"),
        ErrorBody = Text("""{"id":"simulated","message":"Simulated fault: an error with status 200."}"""),
        TerminalStarts = [Text("event: message-end"), Text("data: [DONE]")],
    };

    /// <summary>An event that cannot be read.</summary>
    public required ReadOnlyMemory<byte> Malformed { get; init; }

    /// <summary>An event that says that the answer failed.</summary>
    public required ReadOnlyMemory<byte> ErrorEvent { get; init; }

    /// <summary>A body of status 200 that says that the answer failed.</summary>
    public required ReadOnlyMemory<byte> ErrorBody { get; init; }

    /// <summary>False for binary frames, which have neither comments nor lines.</summary>
    public bool IsText { get; private init; } = true;

    private bool IsInvoke { get; init; }

    private ReadOnlyMemory<byte>[] TerminalStarts { get; init; } = [];

    public static WireFaults Of(Dialect dialect) => dialect switch
    {
        Dialect.Anthropic => Anthropic,
        Dialect.Gemini => Gemini,
        Dialect.Converse => Converse,
        Dialect.Cohere => Cohere,
        _ => OpenAI,
    };

    /// <summary>True for the event without which a stream is not known to be whole.</summary>
    public bool IsTerminal(ReadOnlySpan<byte> item)
    {
        if (IsInvoke)
        {
            var events = new ArrayBufferWriter<byte>();
            InvokeStream.ToServerSentEvents(item, events);
            return events.WrittenSpan.StartsWith("event: message_stop"u8);
        }
        if (!IsText)
            return AwsEventStream.Parse(item).EventType.SequenceEqual("messageStop"u8);
        foreach (var start in TerminalStarts)
        {
            if (item.StartsWith(start.Span))
                return true;
        }
        return false;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Frame(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
