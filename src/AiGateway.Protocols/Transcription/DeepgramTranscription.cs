using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Transcription;

/// <summary>Deepgram's <c>/v1/listen</c>: the sound is the body. Source: <c>https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded</c>.</summary>
public sealed class DeepgramTranscription : TranscriptionForm
{
    /// <summary>The form.</summary>
    public static DeepgramTranscription Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Deepgram";

    /// <inheritdoc/>
    public override string PathOf(TranscriptionRequest request) =>
        "listen?model={model}&smart_format=true&" + (request.Language is { } language ? "language=" + language : "detect_language=true");

    private protected override FormBody Write(TranscriptionRequest request, Translation translation)
    {
        if (request.Prompt is not null)
            translation.Drop("prompt", "the provider has no member for it");
        if (request.Temperature is not null)
            translation.Drop("temperature", "the provider has no member for it");
        return FormBody.Of(request.File, request.FileType);
    }

    private protected override Transcript Read(JsonElement root)
    {
        var metadata = JsonBody.Member(root, "metadata"u8);
        var channel = JsonBody.First(JsonBody.Member(JsonBody.Member(root, "results"u8), "channels"u8));
        var best = JsonBody.First(JsonBody.Member(channel, "alternatives"u8));
        var duration = SecondsOf(metadata, "duration"u8);
        var transcript = new Transcript
        {
            Text = JsonBody.TextOf(best, "transcript"u8) ?? throw new ChatFormatException("The answer has no transcript."),
            Language = JsonBody.TextOf(channel, "detected_language"u8),
            Duration = duration,
            Usage = UsageOf(duration),
        };
        foreach (var word in JsonBody.Items(JsonBody.Member(best, "words"u8)))
        {
            if ((JsonBody.TextOf(word, "punctuated_word"u8) ?? JsonBody.TextOf(word, "word"u8)) is { } text && SecondsOf(word, "start"u8) is { } start && SecondsOf(word, "end"u8) is { } end)
                transcript.Words.Add(new SpokenWord(text, start, end));
        }
        return transcript;
    }
}
