using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.Pipeline;

/// <summary>Writes a rejection in OpenAI's error shape: <c>{"error":{"message","type","param","code"}}</c>, all four members always there.</summary>
internal static class OpenAIErrorWriter
{
    // Clients wait as long as they are told (the official .NET client has no cap), so we never tell them more than a minute.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes status, headers and body.</summary>
    public static async Task WriteAsync(HttpContext context, Rejection rejection)
    {
        var traits = Rejections.TraitsOf(rejection.Reason);
        var response = context.Response;
        response.StatusCode = rejection.Status ?? traits.Status;
        var headers = response.Headers;
        headers.ContentType = "application/json";
        headers.ContentLength = null;
        if (RetryAfter(response.StatusCode, rejection) is { } retryAfter)
        {
            // Whole seconds, always: without the header the official .NET client makes all its calls within milliseconds.
            var seconds = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds));
            headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            headers["retry-after-ms"] = (seconds * 1000).ToString(CultureInfo.InvariantCulture);
        }
        switch (rejection.Reason)
        {
            case RejectionReason.RequestTooLarge or RejectionReason.RequestTimeout:
                // The rest of the body is not worth reading.
                headers.Connection = "close";
                break;
            case RejectionReason.MissingKey or RejectionReason.InvalidKey or RejectionReason.ExpiredKey or RejectionReason.DisabledKey:
                headers.WWWAuthenticate = "Bearer";
                break;
        }

        var body = new ArrayBufferWriter<byte>(512);
        WriteBody(body, rejection);
        headers.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }

    /// <summary>Writes the body alone: also the data of an error event in a stream.</summary>
    public static void WriteBody(IBufferWriter<byte> destination, Rejection rejection)
    {
        var traits = Rejections.TraitsOf(rejection.Reason);
        using var json = new Utf8JsonWriter(destination, Options);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, rejection.Message);
        json.WriteString("type"u8, rejection.Type ?? traits.Type);
        WriteNullable(json, "param"u8, rejection.Param);
        WriteNullable(json, "code"u8, rejection.Code ?? traits.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static TimeSpan? RetryAfter(int status, Rejection rejection) => status switch
    {
        429 or >= 500 when rejection.RetryAfter is { } wait => wait < LongestRetryAfter ? wait : LongestRetryAfter,
        429 or 502 or 503 or 504 => TimeSpan.FromSeconds(1),
        _ => null,
    };

    private static void WriteNullable(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, value);
        }
    }
}
