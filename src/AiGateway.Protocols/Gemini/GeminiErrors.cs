using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Gemini;

/// <summary>Error bodies of Google's APIs: <c>{"error":{"code":429,"message":"…","status":"RESOURCE_EXHAUSTED","details":[…]}}</c> (https://google.aip.dev/193).</summary>
public static class GeminiErrors
{
    /// <summary>The word that Google uses with an HTTP status (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto).</summary>
    public static string StatusOf(int code) => code switch
    {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        502 or 503 or 529 => "UNAVAILABLE",
        408 or 504 => "DEADLINE_EXCEEDED",
        >= 400 and < 500 => "INVALID_ARGUMENT",
        _ => "INTERNAL",
    };

    /// <summary>The HTTP status that Google sends with a word; 500 for words it does not use.</summary>
    public static int CodeOf(string? status) => status switch
    {
        "INVALID_ARGUMENT" or "FAILED_PRECONDITION" or "OUT_OF_RANGE" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "ABORTED" or "ALREADY_EXISTS" => 409,
        "RESOURCE_EXHAUSTED" => 429,
        "CANCELLED" => 499,
        "UNIMPLEMENTED" => 501,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => 500,
    };

    /// <summary>The HTTP status for what an error means, where no status came with it: errors inside streams.</summary>
    public static int CodeOf(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.InvalidRequest or ProviderErrorKind.ContextWindow or ProviderErrorKind.ContentPolicy => 400,
        ProviderErrorKind.ModelNotFound or ProviderErrorKind.DeploymentNotFound => 404,
        ProviderErrorKind.InvalidKey => 401,
        ProviderErrorKind.PermissionDenied => 403,
        ProviderErrorKind.QuotaExhausted or ProviderErrorKind.RateLimited => 429,
        ProviderErrorKind.Overloaded => 503,
        _ => 500,
    };

    /// <summary>Reads an error body, or an error in a stream's event, whose number then counts as status.</summary>
    /// <param name="status">The HTTP status; 0 for an error inside a stream.</param>
    /// <param name="body">The body; Vertex AI puts it into an array where the stream's array form was asked for.</param>
    public static ProviderError Read(int status, ReadOnlySpan<byte> body)
    {
        var error = ProviderError.Parse(status, body);

        // A wrong key is a 400 INVALID_ARGUMENT here: only the details name it. A daily quota is a 429 like any other.
        if (body.IndexOf("API_KEY_INVALID"u8) >= 0 || body.IndexOf("API_KEY_EXPIRED"u8) >= 0)
            return error with { Kind = ProviderErrorKind.InvalidKey };
        if (error.Kind == ProviderErrorKind.RateLimited && body.IndexOf("PerDay"u8) >= 0)
            return error with { Kind = ProviderErrorKind.QuotaExhausted };
        return error;
    }

    /// <summary>Writes an error body.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="code">The HTTP status, 400 to 599.</param>
    /// <param name="message">For people.</param>
    /// <param name="reason">A word for programs, which goes into <c>details</c> as an <c>ErrorInfo</c>; null for none.</param>
    public static void Write(IBufferWriter<byte> output, int code, string message, string? reason = null)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartObject("error");
        writer.WriteNumber("code", code is >= 400 and < 600 ? code : 500);
        writer.WriteString("message", message);
        writer.WriteString("status", StatusOf(code));
        if (reason is not null)
        {
            writer.WriteStartArray("details");
            writer.WriteStartObject();
            writer.WriteString("@type", "type.googleapis.com/google.rpc.ErrorInfo");
            writer.WriteString("reason", reason);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Writes what a provider said, with the status that its meaning has here; an unnamed failure for null.</summary>
    public static void Write(IBufferWriter<byte> output, ProviderError? error)
    {
        if (error is null)
        {
            Write(output, 500, "The answer failed.");
            return;
        }

        // Google's own words keep their code: a client may look for it.
        var code = CodeOf(error.Kind);
        if (error.Kind == ProviderErrorKind.Other && int.TryParse(error.Code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 400 and < 600)
            code = number;
        Write(output, code, error.Message, reason: null);
    }
}
