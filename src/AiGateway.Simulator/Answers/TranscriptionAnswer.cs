using System.Buffers.Binary;
using System.Text.Json;
using AiGateway.Simulator.Requests;

namespace AiGateway.Simulator.Answers;

/// <summary>Answers <c>/v1/audio/transcriptions</c> and <c>/v1/audio/translations</c>.</summary>
/// <remarks>
/// Length: of a WAV file what its header says, of anything else one second for each begun 16,000 bytes. Whisper models are
/// billed by seconds, others by tokens, of which a second of audio has ten (OpenAI's own figure).
/// </remarks>
internal static class TranscriptionAnswer
{
    private const int TokensPerSecond = 10;
    private const int BytesPerSecond = 16_000;

    public static Answer Of(SimulatedRequest request, UploadedForm form)
    {
        if (form.Files.Find(file => file.Field == "file") is not { } file)
            return ErrorAnswers.BadRequest("Missing required parameter: 'file'.", "file", "missing_required_parameter");
        if (file.Content.Length == 0)
            return ErrorAnswers.BadRequest("Audio file is too short. Minimum audio length is 0.1 seconds.", "file", "audio_too_short");
        var format = form["response_format"] ?? "json";
        if (format is not ("json" or "text" or "verbose_json" or "srt" or "vtt"))
            return ErrorAnswers.BadRequest($"Invalid value: '{format}'. Supported values are: 'json', 'text', 'srt', 'verbose_json', and 'vtt'.", "response_format", "invalid_value");

        var isTranslation = request.Route.Endpoint == SimulatedEndpoint.Translations;
        var seconds = SecondsOf(file.Content);
        var transcript = new Transcript(
            request,
            $"Simulated {(isTranslation ? "translation" : "transcription")} of {file.Name}, {file.Content.Length} bytes.",
            seconds,
            Tokens.Of(form["prompt"] ?? "") + (seconds * TokensPerSecond));

        if (form["stream"] == "true" && !isTranslation)
            return new Answer { ContentType = Answer.EventStreamType, Events = transcript.Events(), InputTokens = transcript.InputTokens, OutputTokens = transcript.OutputTokens };

        var body = PooledOutput.Rent();
        switch (format)
        {
            case "text":
                body.Raw(System.Text.Encoding.UTF8.GetBytes(transcript.Text + "\n"));
                break;
            case "srt":
                body.Raw(System.Text.Encoding.UTF8.GetBytes($"1\n00:00:00,000 --> {TimeSpan.FromSeconds(seconds):hh\\:mm\\:ss},000\n{transcript.Text}\n\n"));
                break;
            case "vtt":
                body.Raw(System.Text.Encoding.UTF8.GetBytes($"WEBVTT\n\n00:00:00.000 --> {TimeSpan.FromSeconds(seconds):hh\\:mm\\:ss}.000\n{transcript.Text}\n\n"));
                break;
            default:
                transcript.Write(body, isVerbose: format == "verbose_json", isTranslation);
                break;
        }
        return new Answer
        {
            Body = body,
            ContentType = format is "json" or "verbose_json" ? Answer.JsonType : "text/plain; charset=utf-8",
            InputTokens = transcript.InputTokens,
            OutputTokens = transcript.OutputTokens,
        };
    }

    /// <summary>How long a sound is taken to be.</summary>
    public static int SecondsOf(ReadOnlySpan<byte> audio)
    {
        var isWav = audio.Length > 44 && audio.StartsWith("RIFF"u8);
        var bytesPerSecond = isWav ? Math.Max(1, BinaryPrimitives.ReadInt32LittleEndian(audio[28..])) : BytesPerSecond;
        var bytes = isWav ? audio.Length - 44 : audio.Length;
        return Math.Max(1, (int)Math.Ceiling(bytes / (double)bytesPerSecond));
    }

    private sealed record Transcript(SimulatedRequest Request, string Text, int Seconds, int InputTokens)
    {
        public int OutputTokens => Tokens.Of(Text);

        private bool IsBilledBySeconds => Request.Model.Contains("whisper", StringComparison.Ordinal);

        public void Write(PooledOutput body, bool isVerbose, bool isTranslation)
        {
            var json = body.StartJson();
            json.WriteStartObject();
            if (isVerbose)
            {
                json.WriteString("task"u8, isTranslation ? "translate"u8 : "transcribe"u8);
                json.WriteString("language"u8, "english"u8);
                json.WriteNumber("duration"u8, (double)Seconds);
            }
            json.WriteString("text"u8, Text);
            if (isVerbose)
                WriteSegments(json);
            if (Request.ReportsUsage)
                WriteUsage(json);
            json.WriteEndObject();
            json.Flush();
        }

        public IEnumerable<ReadOnlyMemory<byte>> Events()
        {
            using var output = PooledOutput.Rent();
            for (var at = 0; at < Text.Length;)
            {
                var end = SimulatedText.ChunkEnd(Text, at);
                var delta = EventText.Start(output);
                delta.WriteStartObject();
                delta.WriteString("type"u8, "transcript.text.delta"u8);
                delta.WriteString("delta"u8, Text[at..end]);
                delta.WriteEndObject();
                yield return EventText.End(output, delta);
                at = end;
            }
            var done = EventText.Start(output);
            done.WriteStartObject();
            done.WriteString("type"u8, "transcript.text.done"u8);
            done.WriteString("text"u8, Text);
            if (Request.ReportsUsage)
                WriteUsage(done);
            done.WriteEndObject();
            yield return EventText.End(output, done);
        }

        private void WriteSegments(Utf8JsonWriter json)
        {
            json.WriteStartArray("segments"u8);
            json.WriteStartObject();
            json.WriteNumber("id"u8, 0);
            json.WriteNumber("seek"u8, 0);
            json.WriteNumber("start"u8, 0.0);
            json.WriteNumber("end"u8, (double)Seconds);
            json.WriteString("text"u8, Text);
            json.WriteStartArray("tokens"u8);
            json.WriteNumberValue(1);
            json.WriteEndArray();
            json.WriteNumber("temperature"u8, 0.0);
            json.WriteNumber("avg_logprob"u8, -0.5);
            json.WriteNumber("compression_ratio"u8, 1.0);
            json.WriteNumber("no_speech_prob"u8, 0.01);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        private void WriteUsage(Utf8JsonWriter json)
        {
            json.WriteStartObject("usage"u8);
            if (IsBilledBySeconds)
            {
                json.WriteString("type"u8, "duration"u8);
                json.WriteNumber("seconds"u8, Seconds);
            }
            else
            {
                json.WriteString("type"u8, "tokens"u8);
                json.WriteNumber("total_tokens"u8, InputTokens + OutputTokens);
                json.WriteNumber("input_tokens"u8, InputTokens);
                json.WriteStartObject("input_token_details"u8);
                json.WriteNumber("text_tokens"u8, InputTokens - (Seconds * TokensPerSecond));
                json.WriteNumber("audio_tokens"u8, Seconds * TokensPerSecond);
                json.WriteEndObject();
                json.WriteNumber("output_tokens"u8, OutputTokens);
            }
            json.WriteEndObject();
        }
    }
}
