using System.Buffers;
using System.Text.Json;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>The error event of a stream that broke after commit, in the dialect's own form.</summary>
internal static class StreamErrorFrame
{
    /// <summary>Appends the frame.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="operation">The operation: Responses has a typed event, the others a bare error object.</param>
    /// <param name="rejection">What went wrong.</param>
    /// <param name="sequenceNumber">The next <c>sequence_number</c> of a Responses stream.</param>
    public static void Append(ref OutputBuffer output, Operation operation, Rejection rejection, int sequenceNumber)
    {
        var body = new ArrayBufferWriter<byte>(512);
        if (operation is Operation.Responses or Operation.StoredResponse)
        {
            output.Append("event: error\n"u8);
            WriteResponsesError(body, rejection, sequenceNumber);
        }
        else if (ChatDialects.Of(operation) is { } dialect and (Dialect.Anthropic or Dialect.Gemini))
        {
            var error = new ProviderError(rejection.Message, null, null, rejection.Param, ProviderErrorKind.ServerError);
            ChatCodecs.Of(dialect).CreateEncoder(new ChatRequest { Source = dialect }).Write(new ChatEvent(ChatEventKind.Error) { Error = error }, body);
            output.Append(body.WrittenSpan);
            return;
        }
        else
        {
            OpenAIErrorBody.Write(body, rejection);
        }
        output.Append("data: "u8);
        output.Append(body.WrittenSpan);
        output.Append("\n\n"u8);
    }

    private static void WriteResponsesError(ArrayBufferWriter<byte> body, Rejection rejection, int sequenceNumber)
    {
        var traits = Rejections.TraitsOf(rejection.Reason);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteString("code"u8, rejection.Code ?? traits.Code ?? traits.Type);
        json.WriteString("message"u8, rejection.Message);
        json.WriteNull("param"u8);
        json.WriteNumber("sequence_number"u8, sequenceNumber);
        json.WriteEndObject();
    }
}
