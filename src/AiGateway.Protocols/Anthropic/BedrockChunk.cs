using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Anthropic;

/// <summary>The payload of a <c>chunk</c> event of Bedrock's InvokeModelWithResponseStream: <c>{"bytes":"…base64 of one event…","p":"padding"}</c>.</summary>
internal static class BedrockChunk
{
    /// <summary>The event's JSON; null when there is none.</summary>
    /// <exception cref="JsonException">The payload is no JSON.</exception>
    public static byte[]? Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            using var document = JsonDocument.ParseValue(ref reader);
            var bytes = document.RootElement.Member("bytes"u8);
            if (bytes.ValueKind != JsonValueKind.String)
                return null;
            return bytes.TryGetBytesFromBase64(out var json) ? json : throw new Chat.ChatFormatException("Must be base64.", "bytes");
        }
        catch (JsonException exception)
        {
            throw AnthropicJson.Broken(exception);
        }
        catch (InvalidOperationException exception)
        {
            throw AnthropicJson.Broken(exception);
        }
    }

    /// <summary>An exception frame. Its type stands where a body has none.</summary>
    public static ProviderError ReadError(in AwsEventFrame frame)
    {
        var type = frame.ExceptionType.IsEmpty ? frame.ErrorCode : frame.ExceptionType;
        var error = ProviderError.Parse(0, frame.Payload.IsEmpty ? frame.ErrorMessage : frame.Payload);
        var word = Encoding.UTF8.GetString(type);
        return error with
        {
            Type = error.Type ?? (word.Length > 0 ? word : null),
            Kind = error.Kind is not (ProviderErrorKind.Other or ProviderErrorKind.InvalidRequest) ? error.Kind : word switch
            {
                "throttlingException" => ProviderErrorKind.RateLimited,
                "serviceUnavailableException" => ProviderErrorKind.Overloaded,
                "internalServerException" or "modelStreamErrorException" or "modelTimeoutException" => ProviderErrorKind.ServerError,
                "validationException" => ProviderErrorKind.InvalidRequest,
                "accessDeniedException" => ProviderErrorKind.PermissionDenied,
                _ => error.Kind,
            },
        };
    }

    public static void Write(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        var payload = new ArrayBufferWriter<byte>((json.Length * 4 / 3) + 32);
        using (var writer = new Utf8JsonWriter(payload, Chat.JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteBase64String("bytes"u8, json);
            writer.WriteEndObject();
        }
        AwsEventStream.WriteEvent(output, "chunk"u8, payload.WrittenSpan);
    }
}
