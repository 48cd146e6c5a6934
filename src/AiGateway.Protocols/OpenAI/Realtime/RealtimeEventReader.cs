using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Realtime;

/// <summary>Reads what the events of interest say. One pass over one event, no tree; what is not as documented is taken as not said.</summary>
public static class RealtimeEventReader
{
    /// <summary>Reads <c>response.done</c>.</summary>
    /// <param name="message">The whole event.</param>
    /// <returns>What the response consumed, and its status (<c>completed</c>, <c>cancelled</c>, <c>incomplete</c>, <c>failed</c>); nulls where it does not say.</returns>
    public static (Usage? Usage, string? Status) ReadResponseDone(ReadOnlySpan<byte> message)
    {
        Usage? usage = null;
        string? status = null;
        var reader = new Utf8JsonReader(message);
        try
        {
            while (NextMember(ref reader))
            {
                if (!JsonText.Is(ref reader, "response"u8))
                {
                    Skip(ref reader);
                    continue;
                }
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    reader.Skip();
                    continue;
                }
                while (NextMember(ref reader))
                {
                    if (JsonText.Is(ref reader, "usage"u8))
                    {
                        reader.Read();
                        usage = UsageReader.Read(ref reader, UsageRules.OpenAI);
                    }
                    else if (JsonText.Is(ref reader, "status"u8))
                    {
                        reader.Read();
                        status = Text(ref reader);
                    }
                    else
                    {
                        Skip(ref reader);
                    }
                }
            }
        }
        catch (JsonException)
        {
            // Cut or broken: what came before counts.
        }
        return (usage, status);
    }

    /// <summary>Reads <c>conversation.item.input_audio_transcription.completed</c>.</summary>
    /// <param name="message">The whole event.</param>
    /// <returns>What the transcription consumed, in tokens or in seconds; null where it does not say.</returns>
    public static Usage? ReadTranscription(ReadOnlySpan<byte> message)
    {
        var reader = new Utf8JsonReader(message);
        try
        {
            while (NextMember(ref reader))
            {
                if (JsonText.Is(ref reader, "usage"u8))
                {
                    reader.Read();
                    return UsageReader.Read(ref reader, UsageRules.OpenAI);
                }
                Skip(ref reader);
            }
        }
        catch (JsonException)
        {
            // Nothing readable came.
        }
        return null;
    }

    /// <summary>Reads <c>session.created</c> and <c>session.updated</c>.</summary>
    /// <param name="message">The whole event.</param>
    /// <returns>The session's model and the model that transcribes its input (<c>audio.input.transcription.model</c>, in the beta <c>input_audio_transcription.model</c>); nulls where it does not say.</returns>
    public static (string? Model, string? TranscriptionModel) ReadSession(ReadOnlySpan<byte> message)
    {
        var reader = new Utf8JsonReader(message);
        (string?, string?) models = default;
        try
        {
            while (NextMember(ref reader))
            {
                if (JsonText.Is(ref reader, "session"u8))
                    ReadSession(ref reader, ref models, Part.Session);
                else
                    Skip(ref reader);
            }
        }
        catch (JsonException)
        {
            // Cut or broken: what came before counts.
        }
        return models;
    }

    private enum Part
    {
        Session,
        Audio,
        Input,
        Transcription,
    }

    private static void ReadSession(ref Utf8JsonReader reader, ref (string? Model, string? Transcription) models, Part part)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (NextMember(ref reader))
        {
            switch (part)
            {
                case Part.Session or Part.Transcription when JsonText.Is(ref reader, "model"u8):
                    reader.Read();
                    var model = Text(ref reader);
                    if (part == Part.Session)
                        models.Model = model;
                    else
                        models.Transcription = model;
                    break;
                case Part.Session when JsonText.Is(ref reader, "audio"u8):
                    ReadSession(ref reader, ref models, Part.Audio);
                    break;
                case Part.Audio when JsonText.Is(ref reader, "input"u8):
                    ReadSession(ref reader, ref models, Part.Input);
                    break;
                case Part.Session when JsonText.Is(ref reader, "input_audio_transcription"u8):
                case Part.Input when JsonText.Is(ref reader, "transcription"u8):
                    ReadSession(ref reader, ref models, Part.Transcription);
                    break;
                default:
                    Skip(ref reader);
                    break;
            }
        }
    }

    private static bool NextMember(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.None && (!reader.Read() || reader.TokenType != JsonTokenType.StartObject))
            return false;
        return reader.Read() && reader.TokenType == JsonTokenType.PropertyName;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return JsonText.String(ref reader);
        reader.Skip();
        return null;
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
