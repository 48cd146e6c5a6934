using System.Buffers;
using System.Text.Json;

namespace AiGateway.CallerApi;

/// <summary>Writes a JSON body of the gateway's own.</summary>
internal static class JsonAnswer
{
    private const int ExpectedLength = 1024;

    /// <summary>Writes the body that <paramref name="write"/> makes. The status is as it was set, 200 by default.</summary>
    /// <param name="context">The request.</param>
    /// <param name="state">What is written; passed on, so that <paramref name="write"/> can be static.</param>
    /// <param name="write">Writes the one JSON value.</param>
    /// <param name="options">How the writer is made.</param>
    public static Task WriteAsync<TState>(HttpContext context, TState state, Action<Utf8JsonWriter, TState> write, JsonWriterOptions options = default)
    {
        var body = new ArrayBufferWriter<byte>(ExpectedLength);
        using (var json = new Utf8JsonWriter(body, options))
        {
            write(json, state);
        }
        return WriteAsync(context, body.WrittenMemory);
    }

    /// <summary>Writes a body that is there already. The status is as it was set, 200 by default.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
