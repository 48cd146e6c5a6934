using System.Globalization;
using AiGateway.Simulator.Faults;

namespace AiGateway.Simulator.Answers;

/// <summary>Error answers in OpenAI's shape, and those that Azure gives in its own.</summary>
internal static class ErrorAnswers
{
    public static Answer BadRequest(string message, string? parameter = null, string? code = null) =>
        Of(400, message, "invalid_request_error", parameter, code);

    public static Answer NotFound(string message, string? parameter = null, string? code = null) =>
        Of(404, message, "invalid_request_error", parameter, code);

    public static Answer Of(int status, string message, string type, string? parameter, string? code, IReadOnlyList<KeyValuePair<string, string>>? headers = null)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, message);
        json.WriteString("type"u8, type);
        json.WriteString("param"u8, parameter);
        json.WriteString("code"u8, code);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return new Answer { Status = status, Body = body, Headers = headers ?? [] };
    }

    /// <summary>Azure's gateway speaks in codes alone.</summary>
    public static Answer OfAzure(int status, string code, string message)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, code);
        json.WriteString("message"u8, message);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return new Answer { Status = status, Body = body };
    }

    /// <summary>The error answer a fault asks for; null when it asks for none.</summary>
    public static Answer? Of(Fault fault, string model, DateTimeOffset now)
    {
        switch (fault.NamedError)
        {
            case "context_length_exceeded":
                return BadRequest("This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.", "messages", "context_length_exceeded");
            case "content_filter":
                return ContentFilter();
            case "DeploymentNotFound":
                return OfAzure(404, "DeploymentNotFound", "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.");
            case "model_not_found":
                return NotFound($"The model `{model}` does not exist or you do not have access to it.", null, "model_not_found");
            case "insufficient_quota":
                return Of(429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", null, "insufficient_quota", RetryHeaders(fault, now));
            default:
                break;
        }
        if (fault.Status is { } status)
            return OfStatus(status, fault, now);
        // A retry hint alone means the error that has one.
        return RetryHeaders(fault, now) is { Count: > 0 } ? OfStatus(429, fault, now) : null;
    }

    private static Answer OfStatus(int status, Fault fault, DateTimeOffset now)
    {
        var (type, code) = status switch
        {
            401 => ("invalid_request_error", "invalid_api_key"),
            402 => ("insufficient_quota", "billing_hard_limit_reached"),
            403 => ("invalid_request_error", "unsupported_country_region_territory"),
            404 => ("invalid_request_error", "model_not_found"),
            429 => ("requests", "rate_limit_exceeded"),
            >= 500 => ("server_error", status == 503 ? "service_unavailable" : null),
            _ => ("invalid_request_error", (string?)null),
        };
        return Of(status, $"Simulated fault: status {status}.", type, null, code, RetryHeaders(fault, now));
    }

    private static List<KeyValuePair<string, string>> RetryHeaders(Fault fault, DateTimeOffset now)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (fault.RetryAfterSeconds is { } seconds)
            headers.Add(new("Retry-After", seconds.ToString(CultureInfo.InvariantCulture)));
        if (fault.RetryAfterDateSeconds is { } ahead)
            headers.Add(new("Retry-After", now.AddSeconds(ahead).ToString("R", CultureInfo.InvariantCulture)));
        if (fault.RetryAfterMilliseconds is { } milliseconds)
            headers.Add(new("retry-after-ms", milliseconds.ToString(CultureInfo.InvariantCulture)));
        if (fault.ResetRequests is { } requests)
            headers.Add(new("x-ratelimit-reset-requests", requests));
        if (fault.ResetTokens is { } tokens)
            headers.Add(new("x-ratelimit-reset-tokens", tokens));
        return headers;
    }

    private static Answer ContentFilter()
    {
        var body = PooledOutput.Rent();
        body.Raw("""
            {"error":{"message":"The response was filtered due to the prompt triggering the content management policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}}}}
            """u8);
        return new Answer { Status = 400, Body = body };
    }
}
