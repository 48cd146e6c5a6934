using System.Buffers;
using System.Globalization;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Pipeline;

/// <summary>Writes a rejection as an error answer in the dialect of the path that was asked: status, headers, body.</summary>
internal static class ErrorWriter
{
    // Clients wait as long as they are told (the official .NET client has no cap), so we never tell them more than a minute.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);

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
        var dialect = ChatDialects.OfRequest(context.Request);
        var requestId = headers["x-request-id"].ToString();
        if (dialect == Dialect.Anthropic)
        {
            // The name that Anthropic's clients look for.
            headers["request-id"] = requestId;
        }
        WriteBody(body, rejection, dialect, response.StatusCode, requestId);
        headers.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }

    private static void WriteBody(ArrayBufferWriter<byte> body, Rejection rejection, Dialect dialect, int status, string requestId)
    {
        switch (dialect)
        {
            case Dialect.Anthropic:
                AnthropicErrors.Write(status, ErrorOf(rejection), requestId, body);
                break;
            case Dialect.Gemini:
                GeminiErrors.Write(body, status, rejection.Message, rejection.Code);
                break;
            case Dialect.Cohere:
                CohereErrors.Write(rejection.Message, requestId, body);
                break;
            default:
                OpenAIErrorBody.Write(body, rejection);
                break;
        }
    }

    /// <summary>The rejection in the terms of a provider's error: type and code are words of OpenAI's that the other dialects have their own for.</summary>
    private static ProviderError ErrorOf(Rejection rejection) => new(rejection.Message, null, null, rejection.Param, rejection.Reason switch
    {
        RejectionReason.MissingKey or RejectionReason.InvalidKey or RejectionReason.ExpiredKey or RejectionReason.DisabledKey => ProviderErrorKind.InvalidKey,
        RejectionReason.ModelNotAllowed or RejectionReason.UnpricedModel => ProviderErrorKind.PermissionDenied,
        RejectionReason.UnknownModel => ProviderErrorKind.ModelNotFound,
        RejectionReason.RateLimited or RejectionReason.UpstreamRateLimited => ProviderErrorKind.RateLimited,
        RejectionReason.NoHealthyUpstream or RejectionReason.Draining => ProviderErrorKind.Overloaded,
        RejectionReason.UpstreamError or RejectionReason.UpstreamTimeout or RejectionReason.InternalError => ProviderErrorKind.ServerError,
        _ => ProviderErrorKind.InvalidRequest,
    });

    private static TimeSpan? RetryAfter(int status, Rejection rejection) => status switch
    {
        429 or >= 500 when rejection.RetryAfter is { } wait => wait < LongestRetryAfter ? wait : LongestRetryAfter,
        429 or 502 or 503 or 504 => TimeSpan.FromSeconds(1),
        _ => null,
    };
}
