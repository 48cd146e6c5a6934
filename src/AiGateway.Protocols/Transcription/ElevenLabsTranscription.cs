using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Transcription;

/// <summary>ElevenLabs' <c>/v1/speech-to-text</c>. Source: <c>https://elevenlabs.io/docs/api-reference/speech-to-text/convert</c>.</summary>
public sealed class ElevenLabsTranscription : TranscriptionForm
{
    // Sixteen letters that begin no line of any of our fields.
    private const string Boundary = "aigateway-7f3c9b1e5d2a8046";

    /// <summary>The form.</summary>
    public static ElevenLabsTranscription Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ElevenLabs";

    /// <inheritdoc/>
    public override string PathOf(TranscriptionRequest request) => "speech-to-text";

    private protected override FormBody Write(TranscriptionRequest request, Translation translation)
    {
        if (request.Prompt is not null)
            translation.Drop("prompt", "the provider has no member for it");
        var form = new MultipartFormWriter(Boundary);
        form.Field("model_id", translation.Model);
        // Laughter and applause are no words of the speaker: OpenAI leaves them out.
        form.Field("tag_audio_events", "false");
        form.Field("timestamps_granularity", request.WantsTimes ? "word" : "none");
        if (request.Language is { } language)
            form.Field("language_code", language);
        if (request.Temperature is { } temperature)
            form.Field("temperature", temperature.ToString(CultureInfo.InvariantCulture));
        form.File("file", request.File, request.FileType);
        return form.Finish();
    }

    private protected override Transcript Read(JsonElement root)
    {
        var duration = SecondsOf(root, "audio_duration_secs"u8);
        var transcript = new Transcript
        {
            Text = JsonBody.TextOf(root, "text"u8) ?? throw new ChatFormatException("The answer has no text."),
            Language = JsonBody.TextOf(root, "language_code"u8),
            Duration = duration,
            Usage = UsageOf(duration),
        };
        foreach (var word in JsonBody.Items(JsonBody.Member(root, "words"u8)))
        {
            // Between the words stand the spaces, as entries of their own.
            if (JsonBody.TextOf(word, "type"u8) is null or "word" && JsonBody.TextOf(word, "text"u8) is { } text && SecondsOf(word, "start"u8) is { } start && SecondsOf(word, "end"u8) is { } end)
                transcript.Words.Add(new SpokenWord(text, start, end));
        }
        return transcript;
    }
}
