using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Realtime;

/// <summary>Finds the models that a caller's <c>session.update</c> names: the name of an alias means nothing to a provider, and another model's is not the caller's to choose.</summary>
/// <remarks>
/// <c>session.model</c> is the model of the session. <c>session.audio.input.transcription.model</c> (in the beta
/// <c>session.input_audio_transcription.model</c>) is the model of a session that only transcribes, and a helper's in others.
/// </remarks>
public static class SessionModelEdits
{
    /// <summary>Reads the event.</summary>
    /// <param name="message">The whole event.</param>
    /// <param name="requested">The name that the caller asked for when it connected.</param>
    /// <param name="upstream">The provider's name for it.</param>
    /// <param name="transcribesOnly">Whether the session's model is the one that transcribes.</param>
    /// <param name="edits">Receives where to put the provider's name, in ascending order.</param>
    /// <param name="eventId">The caller's own id of the event; null when it has none.</param>
    /// <returns>What is wrong with the event, in words for the caller; null when nothing is.</returns>
    public static string? Find(ReadOnlySpan<byte> message, string requested, string upstream, bool transcribesOnly, List<ByteRange> edits, out string? eventId)
    {
        eventId = null;
        var reader = new Utf8JsonReader(message);
        var reading = new Reading(requested, upstream, transcribesOnly, edits);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (JsonText.Is(ref reader, "session"u8))
                {
                    reading.Read(ref reader, Part.Session);
                    continue;
                }
                var isId = JsonText.Is(ref reader, "event_id"u8);
                reader.Read();
                if (isId)
                    eventId = JsonText.String(ref reader);
                reader.Skip();
            }
            // What follows the object is no part of it.
            while (reader.Read())
            {
            }
            return reading.Problem;
        }
        catch (JsonException)
        {
            return "The event is not valid JSON.";
        }
    }

    /// <summary>The event with the provider's name in place.</summary>
    /// <param name="message">The event.</param>
    /// <param name="edits">Where, in ascending order.</param>
    /// <param name="upstreamJson">The name as a JSON string with its quotes.</param>
    public static byte[] Apply(ReadOnlySpan<byte> message, List<ByteRange> edits, ReadOnlySpan<byte> upstreamJson)
    {
        var length = message.Length;
        foreach (var edit in edits)
            length += upstreamJson.Length - edit.Length;
        var edited = new byte[length];
        var (from, to) = (0, 0);
        foreach (var edit in edits)
        {
            message[from..edit.Start].CopyTo(edited.AsSpan(to));
            to += edit.Start - from;
            upstreamJson.CopyTo(edited.AsSpan(to));
            to += upstreamJson.Length;
            from = edit.End;
        }
        message[from..].CopyTo(edited.AsSpan(to));
        return edited;
    }

    private enum Part
    {
        Session,
        Audio,
        Input,
        Transcription,
    }

    private ref struct Reading(string requested, string upstream, bool transcribesOnly, List<ByteRange> edits)
    {
        public string? Problem { get; private set; }

        public void Read(ref Utf8JsonReader reader, Part part)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                return;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                switch (part)
                {
                    case Part.Session when JsonText.Is(ref reader, "model"u8):
                        ReadModel(ref reader, "session.model", isFixed: true);
                        break;
                    case Part.Transcription when JsonText.Is(ref reader, "model"u8):
                        ReadModel(ref reader, "the transcription's model", transcribesOnly);
                        break;
                    case Part.Session when JsonText.Is(ref reader, "audio"u8):
                        Read(ref reader, Part.Audio);
                        break;
                    case Part.Audio when JsonText.Is(ref reader, "input"u8):
                        Read(ref reader, Part.Input);
                        break;
                    case Part.Session when JsonText.Is(ref reader, "input_audio_transcription"u8):
                    case Part.Input when JsonText.Is(ref reader, "transcription"u8):
                        Read(ref reader, Part.Transcription);
                        break;
                    default:
                        reader.Read();
                        reader.Skip();
                        break;
                }
            }
        }

        private void ReadModel(ref Utf8JsonReader reader, string what, bool isFixed)
        {
            reader.Read();
            if (JsonText.String(ref reader) is { } named && named == requested)
                edits.Add(JsonText.ScalarRange(ref reader));
            else if (isFixed && reader.TokenType != JsonTokenType.Null && JsonText.String(ref reader) != upstream)
                Problem = $"The model of a session is fixed when it is opened, here to '{requested}'. Leave {what} out or name that one, or open another session for another model.";
            reader.Skip();
        }
    }
}
