using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Caching;

/// <summary>Writes a kept answer as if it had just been made: with an id and a time of its own, as a whole or as events.</summary>
internal static class Replay
{
    private const string EventStreamType = "text/event-stream; charset=utf-8";

    /// <summary>The bytes of an answer for one caller.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="exchange">Who asks.</param>
    /// <param name="form">In which form.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null when the answer cannot be written so.</returns>
    public static ReadOnlyMemory<byte>? BytesFor(StoredAnswer answer, Exchange exchange, AnswerForm form, DateTimeOffset now) =>
        !form.Stream && answer.Operation == form.Operation ? Renewed(answer, exchange, now) : Written(answer, exchange, form, now);

    /// <summary>Writes the answer.</summary>
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes, AnswerForm form)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = form.Stream ? EventStreamType : "application/json";
        if (form.Stream)
        {
            response.Headers.CacheControl = "no-cache";
            response.Headers["X-Accel-Buffering"] = "no";
        }
        else
        {
            response.ContentLength = bytes.Length;
        }
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>The answer with another id and time; as it is where it has neither, as vectors do.</summary>
    private static ReadOnlyMemory<byte> Renewed(StoredAnswer answer, Exchange exchange, DateTimeOffset now)
    {
        var marks = answer.Marks;
        if (marks == AnswerMarks.None)
        {
            return answer.Body;
        }
        var body = answer.Body.Span;
        var output = new ArrayBufferWriter<byte>(body.Length + 64);
        var position = 0;
        var isIdFirst = !marks.Created.Exists || (marks.Id.Exists && marks.Id.Start < marks.Created.Start);
        foreach (var range in (ReadOnlySpan<ByteRange>)[isIdFirst ? marks.Id : marks.Created, isIdFirst ? marks.Created : marks.Id])
        {
            if (!range.Exists)
            {
                continue;
            }
            output.Write(body[position..range.Start]);
            if (range == marks.Id)
            {
                WriteId(output, exchange);
            }
            else
            {
                WriteTime(output, now);
            }
            position = range.End;
        }
        output.Write(body[position..]);
        return output.WrittenMemory;
    }

    private static ReadOnlyMemory<byte>? Written(StoredAnswer answer, Exchange exchange, AnswerForm form, DateTimeOffset now)
    {
        if (AskedFor.Of(exchange) is not { } asked || ChatDialects.Of(answer.Operation) is not { } dialect)
        {
            return null;
        }
        ChatResponse response;
        try
        {
            response = ChatCodecs.Of(dialect).ReadResponse(answer.Body);
        }
        catch (ChatFormatException)
        {
            return null;
        }
        response.Id = IdFor(exchange);
        response.Created = response.Created is null ? null : now.ToUnixTimeSeconds();
        var codec = ChatCodecs.Of(asked.Source);
        var output = new ArrayBufferWriter<byte>(answer.Body.Length + 1024);
        if (!form.Stream)
        {
            codec.WriteResponse(response, asked, new Translation { Model = asked.Model }, output);
            return output.WrittenMemory;
        }
        var encoder = codec.CreateEncoder(asked);
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);
        foreach (var step in steps)
        {
            encoder.Write(step, output);
        }
        return output.WrittenMemory;
    }

    private static void WriteId(ArrayBufferWriter<byte> output, Exchange exchange) => output.Write(System.Text.Encoding.UTF8.GetBytes($"\"{IdFor(exchange)}\""));

    private static void WriteTime(ArrayBufferWriter<byte> output, DateTimeOffset now)
    {
        Utf8Formatter.TryFormat(now.ToUnixTimeSeconds(), output.GetSpan(20), out var written);
        output.Advance(written);
    }

    // The beginnings that clients know; what follows is the request's own and so nobody else's.
    private static string IdFor(Exchange exchange) => string.Create(CultureInfo.InvariantCulture, $"{BeginningOf(exchange.Request!.Operation)}{exchange.Id.AsSpan("req_".Length)}");

    private static string BeginningOf(Operation operation) => operation switch
    {
        Operation.ChatCompletions => "chatcmpl-",
        Operation.Completions => "cmpl-",
        Operation.Responses => "resp_",
        Operation.Messages => "msg_",
        Operation.Moderations => "modr-",
        _ => "",
    };
}
