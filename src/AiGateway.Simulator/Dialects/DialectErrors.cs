using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI;
using AiGateway.Simulator.Answers;

namespace AiGateway.Simulator.Dialects;

/// <summary>Error answers in the shape of each dialect, from the one that OpenAI would give.</summary>
internal static class DialectErrors
{
    private const string AnthropicRateLimitReset = "anthropic-ratelimit-requests-reset";

    /// <summary>The same error in another dialect; other answers, and those of OpenAI's dialect, as they are.</summary>
    public static Answer InDialect(Answer answer, Dialect dialect, string requestId)
    {
        if (dialect == Dialect.OpenAIChat || answer.Status < 400)
            return answer;
        ProviderError error;
        using (answer.Body)
            error = ProviderError.Parse(answer.Status, answer.Bytes.Span);
        error = error with { Message = Worded(error, dialect) };
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in answer.Headers)
            headers.Add(name == "x-ratelimit-reset-requests" && dialect == Dialect.Anthropic ? new(AnthropicRateLimitReset, value) : new(name, value));

        var body = PooledOutput.Rent();
        switch (dialect)
        {
            case Dialect.Anthropic:
                AnthropicErrors.Write(answer.Status, error, requestId, body);
                break;
            case Dialect.Gemini:
                GeminiErrors.Write(body, answer.Status, error.Message, error.Kind == ProviderErrorKind.InvalidKey ? "API_KEY_INVALID" : null);
                break;
            case Dialect.Converse:
                WriteMessage(body, error.Message, id: null);
                headers.Add(new("x-amzn-ErrorType", ExceptionOf(answer.Status)));
                break;
            default:
                WriteMessage(body, error.Message, requestId);
                break;
        }
        return new Answer { Status = answer.Status, Body = body, Headers = headers, Dialect = dialect };
    }

    /// <summary>The words by which clients and gateways tell errors apart where the dialect has no code for them.</summary>
    private static string Worded(ProviderError error, Dialect dialect) => (error.Kind, dialect) switch
    {
        (ProviderErrorKind.ContextWindow, Dialect.Anthropic) => "prompt is too long: 9000 tokens > 8192 maximum",
        (ProviderErrorKind.ContextWindow, Dialect.Gemini) => "The input token count (9000) exceeds the maximum number of tokens allowed (8192).",
        (ProviderErrorKind.ContextWindow, Dialect.Converse) => "The model returned the following errors: Input is too long for requested model.",
        (ProviderErrorKind.ContextWindow, _) => "too many tokens: total number of tokens in the prompt cannot exceed 8192 - received 9000.",
        (ProviderErrorKind.ModelNotFound, Dialect.Anthropic) => "model: the-model-asked-for",
        (ProviderErrorKind.ModelNotFound, Dialect.Gemini) => "models/the-model-asked-for is not found for API version v1beta, or is not supported for generateContent.",
        (ProviderErrorKind.ModelNotFound, Dialect.Cohere) => "model 'the-model-asked-for' not found, make sure the correct model ID was used and that you have access to the model.",
        (ProviderErrorKind.ContentPolicy, Dialect.Anthropic) => "Output blocked by content filtering policy",
        (ProviderErrorKind.InvalidKey, Dialect.Anthropic) => "invalid x-api-key",
        (ProviderErrorKind.InvalidKey, Dialect.Gemini) => "API key not valid. Please pass a valid API key.",
        (ProviderErrorKind.InvalidKey, Dialect.Converse) => "The security token included in the request is invalid.",
        (ProviderErrorKind.InvalidKey, _) => "invalid api token",
        _ => error.Message,
    };

    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
    private static string ExceptionOf(int status) => status switch
    {
        401 => "UnrecognizedClientException",
        402 or 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        408 or 504 => "ModelTimeoutException",
        424 => "ModelErrorException",
        429 => "ThrottlingException",
        503 => "ServiceUnavailableException",
        >= 500 => "InternalServerException",
        _ => "ValidationException",
    };

    private static void WriteMessage(PooledOutput body, string message, string? id)
    {
        var json = body.StartJson();
        json.WriteStartObject();
        if (id is not null)
            json.WriteString("id"u8, id);
        json.WriteString("message"u8, message);
        json.WriteEndObject();
        json.Flush();
    }
}
