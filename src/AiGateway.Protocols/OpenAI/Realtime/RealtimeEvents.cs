using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Realtime;

/// <summary>Recognises the events of OpenAI's realtime API, in its general and its beta form (platform.openai.com/docs/api-reference/realtime-client-events and -server-events).</summary>
/// <remarks>
/// Events are small but for those with audio, and both ends write <c>type</c> among the first members: an event with a megabyte
/// of audio is known for what it is after its first bytes. Where an event has <c>type</c> twice, the first counts.
/// </remarks>
public static class RealtimeEvents
{
    /// <summary>What an event is, by as much of it as has come.</summary>
    /// <param name="beginning">The event from its first byte on.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <returns><see cref="RealtimeEventKind.Undecided"/> only where it is not the whole event; what is not JSON is <see cref="RealtimeEventKind.Other"/>.</returns>
    public static RealtimeEventKind KindOf(ReadOnlySpan<byte> beginning, bool isWhole)
    {
        var reader = new Utf8JsonReader(beginning, isWhole, default);
        try
        {
            if (!reader.Read())
                return RealtimeEventKind.Undecided;
            if (reader.TokenType != JsonTokenType.StartObject)
                return RealtimeEventKind.Other;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (JsonText.Is(ref reader, "type"u8))
                    return reader.Read() ? KindOf(ref reader) : RealtimeEventKind.Undecided;
                // TrySkip leaves the reader where it was when the value is not there whole.
                if (!reader.Read() || !reader.TrySkip())
                    return RealtimeEventKind.Undecided;
            }
            // An object inside may have ended here, too.
            var isOver = isWhole || reader is { TokenType: JsonTokenType.EndObject, CurrentDepth: 0 };
            return isOver ? RealtimeEventKind.Other : RealtimeEventKind.Undecided;
        }
        catch (JsonException)
        {
            return RealtimeEventKind.Other;
        }
    }

    private static RealtimeEventKind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return RealtimeEventKind.Other;
        if (JsonText.Is(ref reader, "response.done"u8))
            return RealtimeEventKind.ResponseDone;
        if (JsonText.Is(ref reader, "response.created"u8))
            return RealtimeEventKind.ResponseCreated;
        if (JsonText.Is(ref reader, "conversation.item.input_audio_transcription.completed"u8))
            return RealtimeEventKind.TranscriptionCompleted;
        if (JsonText.Is(ref reader, "session.update"u8) || JsonText.Is(ref reader, "transcription_session.update"u8))
            return RealtimeEventKind.SessionUpdate;
        return JsonText.Is(ref reader, "session.created"u8) || JsonText.Is(ref reader, "session.updated"u8)
            || JsonText.Is(ref reader, "transcription_session.created"u8) || JsonText.Is(ref reader, "transcription_session.updated"u8)
            ? RealtimeEventKind.Session : RealtimeEventKind.Other;
    }
}
