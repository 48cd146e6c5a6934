using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Speech;

/// <summary>Deepgram's <c>/v1/speak</c>. Source: <c>https://developers.deepgram.com/reference/text-to-speech/speak-request</c>.</summary>
/// <remarks>A model is a voice (<c>aura-2-thalia-en</c>): the one that the caller names is not asked for.</remarks>
public sealed class DeepgramSpeech : SpeechForm
{
    /// <summary>The form.</summary>
    public static DeepgramSpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Deepgram";

    /// <inheritdoc/>
    public override bool Streams => true;

    /// <inheritdoc/>
    public override SpeechCall WriteRequest(SpeechRequest request, Translation translation)
    {
        using var form = new JsonFormWriter();
        form.Json.WriteStartObject();
        form.Json.WriteString("text"u8, request.Input);
        form.Json.WriteEndObject();
        if (!string.Equals(request.Voice, translation.Model, StringComparison.OrdinalIgnoreCase))
            translation.Approximate("voice", "the voice is the model's");
        if (request.Speed is not (null or 1))
            translation.Drop("speed", "the provider has no member for it");
        if (request.Instructions is not null)
            translation.Drop("instructions", "the provider has no member for it");
        translation.DropAll(request.Others);
        var (query, type) = request.Format switch
        {
            "opus" => ("encoding=opus&container=ogg", "audio/opus"),
            "aac" => ("encoding=aac", "audio/aac"),
            "flac" => ("encoding=flac", "audio/flac"),
            "wav" => ("encoding=linear16&container=wav&sample_rate=24000", "audio/wav"),
            "pcm" => ("encoding=linear16&container=none&sample_rate=24000", "audio/pcm"),
            _ => ("encoding=mp3", "audio/mpeg"),
        };
        return new SpeechCall($"speak?model={{model}}&{query}", form.Finish(), type);
    }
}
