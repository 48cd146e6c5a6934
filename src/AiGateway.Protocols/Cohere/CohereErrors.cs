using System.Buffers;
using System.Text.Json;

namespace AiGateway.Protocols.Cohere;

/// <summary>Cohere's error bodies: <c>{"id":"…","message":"…"}</c>. Source: <c>https://docs.cohere.com/v2/reference/errors</c>.</summary>
public static class CohereErrors
{
    /// <summary>Writes one.</summary>
    /// <param name="message">For the caller.</param>
    /// <param name="requestId">The request's id.</param>
    /// <param name="output">Where to.</param>
    public static void Write(string message, string requestId, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, Chat.JsonText.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("id"u8, requestId);
        writer.WriteString("message"u8, message);
        writer.WriteEndObject();
    }
}
