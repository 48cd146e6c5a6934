using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Realtime;

/// <summary>Writes an <c>error</c> event as the realtime API has it (platform.openai.com/docs/api-reference/realtime-server-events/error).</summary>
public static class RealtimeErrorEvent
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the event.</summary>
    /// <param name="eventId">The event's own id.</param>
    /// <param name="type"><c>invalid_request_error</c> or <c>server_error</c>.</param>
    /// <param name="code">The error's code.</param>
    /// <param name="message">What was wrong and how to mend it.</param>
    /// <param name="param">The member at fault; null where none is.</param>
    /// <param name="causeId">The caller's own id of the event that was wrong; null where none was.</param>
    public static ReadOnlyMemory<byte> Write(string eventId, string type, string code, string message, string? param = null, string? causeId = null)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "error"u8);
            json.WriteString("event_id"u8, eventId);
            json.WriteStartObject("error"u8);
            json.WriteString("type"u8, type);
            json.WriteString("code"u8, code);
            json.WriteString("message"u8, message);
            json.WriteString("param"u8, param);
            json.WriteString("event_id"u8, causeId);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return body.WrittenMemory;
    }
}
