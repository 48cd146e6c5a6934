using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Transcription;

/// <summary>Writes transcripts in OpenAI's five formats.</summary>
/// <remarks>In <c>verbose_json</c> stands what providers tell: times and words, and not what Whisper alone knows (<c>tokens</c>, <c>avg_logprob</c>, <c>seek</c>…).</remarks>
public static class TranscriptWriter
{
    /// <summary>The content type of a format.</summary>
    public static string TypeOf(string format) => format is "json" or "verbose_json" ? "application/json" : "text/plain; charset=utf-8";

    /// <summary>Writes a transcript.</summary>
    /// <param name="transcript">What was said.</param>
    /// <param name="request">What was asked: the format.</param>
    /// <param name="usage">What the answer says was consumed; null to say nothing.</param>
    /// <param name="output">Where to.</param>
    public static void Write(Transcript transcript, TranscriptionRequest request, Usage? usage, IBufferWriter<byte> output)
    {
        switch (request.Format)
        {
            case "text":
                Encoding.UTF8.GetBytes(transcript.Text + "\n", output);
                break;
            case "srt" or "vtt":
                Encoding.UTF8.GetBytes(Subtitles(transcript, request.Format == "vtt"), output);
                break;
            default:
                WriteJson(transcript, request, usage, output);
                break;
        }
    }

    /// <summary>SubRip's and WebVTT's lines; they differ in the head, the numbers and the sign before milliseconds.</summary>
    private static string Subtitles(Transcript transcript, bool isVtt)
    {
        var text = new StringBuilder(isVtt ? "WEBVTT\n\n" : "");
        var number = 0;
        foreach (var segment in transcript.Segments())
        {
            if (!isVtt)
                text.Append(CultureInfo.InvariantCulture, $"{++number}\n");
            Time(text, segment.Start, isVtt);
            text.Append(" --> ");
            Time(text, segment.End, isVtt);
            // An arrow in the text would begin a cue's times (WebVTT, 4.1).
            text.Append('\n').Append(segment.Text.Replace("-->", "->", StringComparison.Ordinal)).Append("\n\n");
        }
        return text.ToString();
    }

    private static void Time(StringBuilder text, double seconds, bool isVtt)
    {
        var all = (long)Math.Round(seconds * 1000);
        text.Append(CultureInfo.InvariantCulture, $"{all / 3_600_000:00}:{all / 60_000 % 60:00}:{all / 1000 % 60:00}{(isVtt ? '.' : ',')}{all % 1000:000}");
    }

    private static void WriteJson(Transcript transcript, TranscriptionRequest request, Usage? usage, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonText.WriterOptions);
        json.WriteStartObject();
        if (request.Format == "verbose_json")
        {
            json.WriteString("task"u8, request.IntoEnglish ? "translate"u8 : "transcribe"u8);
            if ((transcript.Language ?? request.Language) is { } language)
                json.WriteString("language"u8, language);
            json.WriteNumber("duration"u8, transcript.Duration ?? (transcript.Words.Count > 0 ? transcript.Words[^1].End : 0));
        }
        json.WriteString("text"u8, transcript.Text);
        if (request.Format == "verbose_json")
            WriteTimes(json, transcript, request);
        if (usage is not null)
            WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, Transcript transcript, TranscriptionRequest request)
    {
        if (request.WantsWords)
        {
            json.WriteStartArray("words"u8);
            foreach (var word in transcript.Words)
            {
                json.WriteStartObject();
                json.WriteString("word"u8, word.Text);
                json.WriteNumber("start"u8, word.Start);
                json.WriteNumber("end"u8, word.End);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (!request.WantsSegments)
            return;
        json.WriteStartArray("segments"u8);
        var number = 0;
        foreach (var segment in transcript.Segments())
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, number++);
            json.WriteNumber("start"u8, segment.Start);
            json.WriteNumber("end"u8, segment.End);
            json.WriteString("text"u8, segment.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        if (usage.AudioSeconds > 0)
        {
            json.WriteStartObject("usage"u8);
            json.WriteString("type"u8, "duration"u8);
            json.WriteNumber("seconds"u8, usage.AudioSeconds);
            json.WriteEndObject();
        }
        else if (!usage.Estimated && usage.InputTokens > 0)
        {
            json.WriteStartObject("usage"u8);
            json.WriteString("type"u8, "tokens"u8);
            json.WriteNumber("input_tokens"u8, usage.InputTokens);
            json.WriteStartObject("input_token_details"u8);
            json.WriteNumber("text_tokens"u8, Math.Max(0, usage.InputTokens - usage.AudioInputTokens));
            json.WriteNumber("audio_tokens"u8, usage.AudioInputTokens);
            json.WriteEndObject();
            json.WriteNumber("output_tokens"u8, usage.OutputTokens);
            json.WriteNumber("total_tokens"u8, usage.InputTokens + usage.OutputTokens);
            json.WriteEndObject();
        }
    }
}
