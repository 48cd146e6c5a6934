using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.OpenAI;
using JsonText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Anthropic's error body and error event, both ways (https://platform.claude.com/docs/en/api/errors).</summary>
public static class AnthropicErrors
{
    /// <summary>The <c>type</c> of an HTTP status.</summary>
    /// <returns>
    /// 400 and other 4xx: <c>invalid_request_error</c>; 401: <c>authentication_error</c>; 402: <c>billing_error</c>; 403:
    /// <c>permission_error</c>; 404: <c>not_found_error</c>; 413: <c>request_too_large</c>; 429: <c>rate_limit_error</c>; 408 and
    /// 504: <c>timeout_error</c>; 503 and 529: <c>overloaded_error</c>; other 5xx: <c>api_error</c>.
    /// </returns>
    public static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 or 504 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 or 529 => "overloaded_error",
        >= 400 and < 500 => "invalid_request_error",
        _ => "api_error",
    };

    /// <summary>The <c>type</c> of an error without a status, such as one inside a stream.</summary>
    public static string TypeOf(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.InvalidRequest or ProviderErrorKind.ContextWindow or ProviderErrorKind.ContentPolicy => "invalid_request_error",
        ProviderErrorKind.ModelNotFound or ProviderErrorKind.DeploymentNotFound => "not_found_error",
        ProviderErrorKind.InvalidKey => "authentication_error",
        ProviderErrorKind.PermissionDenied => "permission_error",
        ProviderErrorKind.QuotaExhausted => "billing_error",
        ProviderErrorKind.RateLimited => "rate_limit_error",
        ProviderErrorKind.Overloaded => "overloaded_error",
        _ => "api_error",
    };

    /// <summary>Writes <c>{"type":"error","error":{"type","message"},"request_id"}</c>.</summary>
    /// <param name="status">The status it goes out with; 0 inside a stream: then the error's kind decides the type.</param>
    /// <param name="error">The error.</param>
    /// <param name="requestId">The request's id; null leaves the member out.</param>
    /// <param name="output">Where to.</param>
    public static void Write(int status, ProviderError error, string? requestId, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        Write(status, error, requestId, writer);
    }

    internal static void Write(int status, ProviderError error, string? requestId, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "error"u8);
        writer.WriteStartObject("error"u8);
        writer.WriteString("type"u8, status >= 400 ? TypeOf(status) : TypeOf(error.Kind));
        writer.WriteString("message"u8, error.Message);
        writer.WriteEndObject();
        if (requestId is not null)
            writer.WriteString("request_id"u8, requestId);
        writer.WriteEndObject();
    }

    /// <summary>Reads an error body or event, and judges the types that only Anthropic has.</summary>
    internal static ProviderError Read(int status, ReadOnlySpan<byte> body)
    {
        var error = ProviderError.Parse(status, body);
        return error.Type switch
        {
            "not_found_error" when error.Message.StartsWith("model:", StringComparison.Ordinal) => error with { Kind = ProviderErrorKind.ModelNotFound },
            "billing_error" => error with { Kind = ProviderErrorKind.QuotaExhausted },
            "timeout_error" => error with { Kind = ProviderErrorKind.ServerError },
            "not_found_error" or "request_too_large" when error.Kind == ProviderErrorKind.Other => error with { Kind = ProviderErrorKind.InvalidRequest },
            _ => error,
        };
    }
}
