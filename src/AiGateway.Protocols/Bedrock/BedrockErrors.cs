using System.Text;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Exceptions inside Bedrock's streams, and what they are in other words.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html.</remarks>
internal static class BedrockErrors
{
    /// <summary>Reads a frame that is an exception or an error.</summary>
    public static ProviderError Read(in AwsEventFrame frame)
    {
        var type = Encoding.UTF8.GetString(frame.ExceptionType.IsEmpty ? frame.ErrorCode : frame.ExceptionType);
        var error = ProviderError.Parse(StatusOf(type), frame.Payload);
        if (frame.Payload.IsEmpty && !frame.ErrorMessage.IsEmpty)
            error = ProviderError.Parse(StatusOf(type), MessageJson(Encoding.UTF8.GetString(frame.ErrorMessage)));
        return type.Length == 0 ? error : error with { Type = type };
    }

    /// <summary>The exception that says it to a client of Bedrock.</summary>
    public static ReadOnlySpan<byte> ExceptionOf(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.RateLimited or ProviderErrorKind.QuotaExhausted => "throttlingException"u8,
        ProviderErrorKind.Overloaded => "serviceUnavailableException"u8,
        ProviderErrorKind.InvalidRequest or ProviderErrorKind.ContextWindow or ProviderErrorKind.ContentPolicy => "validationException"u8,
        ProviderErrorKind.Other => "modelStreamErrorException"u8,
        _ => "internalServerException"u8,
    };

    /// <summary><c>{"message":"…"}</c></summary>
    public static byte[] MessageJson(string message)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(message.Length + 16);
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer, Chat.JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("message"u8, message);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The status with which Bedrock answers when the same happens before the stream begins. A failing model (424) is no fault of the request: 502.</summary>
    private static int StatusOf(string type) => type.ToUpperInvariant() switch
    {
        "THROTTLINGEXCEPTION" => 429,
        "VALIDATIONEXCEPTION" => 400,
        "SERVICEUNAVAILABLEEXCEPTION" => 503,
        "MODELTIMEOUTEXCEPTION" => 504,
        "ACCESSDENIEDEXCEPTION" => 403,
        "MODELSTREAMERROREXCEPTION" => 502,
        _ => 500,
    };
}
