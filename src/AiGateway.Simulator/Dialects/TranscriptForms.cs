using System.Text.Json;
using AiGateway.Simulator.Answers;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Dialects;

/// <summary>Answers ElevenLabs' <c>speech-to-text</c> and Deepgram's <c>listen</c>: half a second a word.</summary>
internal static class TranscriptForms
{
    public static Answer OfElevenLabs(SimulatedRequest request, UploadedForm form)
    {
        if (form.Files.Find(file => file.Field == "file") is not { } file)
            return new Answer { Status = 400, SharedBody = """{"detail":{"status":"invalid_file","message":"No file was provided."}}"""u8.ToArray() };
        var (body, json, text) = Start(file.Content.Length);
        json.WriteString("language_code"u8, form["language_code"] ?? "eng");
        json.WriteNumber("language_probability"u8, 0.98);
        json.WriteString("text"u8, text);
        json.WriteNumber("audio_duration_secs"u8, TranscriptionAnswer.SecondsOf(file.Content));
        json.WriteStartArray("words"u8);
        var at = 0.0;
        foreach (var word in text.Split(' '))
        {
            if (at > 0)
                Word(json, "text"u8, " ", at, at, "spacing"u8);
            Word(json, "text"u8, word, at, at + 0.4, "word"u8);
            at += 0.5;
        }
        json.WriteEndArray();
        return End(body, json);
    }

    public static Answer OfDeepgram(SimulatedRequest request)
    {
        if (request.Body.IsEmpty)
            return new Answer { Status = 400, SharedBody = """{"err_code":"Bad Request","err_msg":"Bad Request: failed to process audio: corrupt or unsupported data","request_id":"simulated"}"""u8.ToArray() };
        var (body, json, text) = Start(request.Body.Length);
        json.WriteStartObject("metadata"u8);
        json.WriteNumber("duration"u8, TranscriptionAnswer.SecondsOf(request.Body.Span));
        json.WriteNumber("channels"u8, 1);
        json.WriteEndObject();
        json.WriteStartObject("results"u8);
        json.WriteStartArray("channels"u8);
        json.WriteStartObject();
        json.WriteStartArray("alternatives"u8);
        json.WriteStartObject();
        json.WriteString("transcript"u8, text);
        json.WriteNumber("confidence"u8, 0.99);
        json.WriteStartArray("words"u8);
        var at = 0.0;
        foreach (var word in text.Split(' '))
        {
            Word(json, "punctuated_word"u8, word, at, at + 0.4, default);
            at += 0.5;
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("detected_language"u8, "en"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        return End(body, json);
    }

    private static void Word(Utf8JsonWriter json, ReadOnlySpan<byte> name, string word, double start, double end, ReadOnlySpan<byte> type)
    {
        json.WriteStartObject();
        json.WriteString(name, word);
        json.WriteNumber("start"u8, start);
        json.WriteNumber("end"u8, end);
        if (!type.IsEmpty)
            json.WriteString("type"u8, type);
        json.WriteEndObject();
    }

    private static (PooledOutput Body, Utf8JsonWriter Json, string Text) Start(int bytes)
    {
        var body = PooledOutput.Rent();
        var json = body.StartJson();
        json.WriteStartObject();
        return (body, json, $"Simulated transcription of {bytes} bytes.");
    }

    private static Answer End(PooledOutput body, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        return new Answer { Body = body };
    }
}
