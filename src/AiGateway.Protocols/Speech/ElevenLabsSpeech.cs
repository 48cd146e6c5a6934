using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Speech;

/// <summary>ElevenLabs' <c>/v1/text-to-speech/{voice}/stream</c>. Source: <c>https://elevenlabs.io/docs/api-reference/text-to-speech/stream</c>.</summary>
public sealed class ElevenLabsSpeech : SpeechForm
{
    private const int PcmRate = 24_000;

    // Beyond these the provider refuses.
    private const double Slowest = 0.7;
    private const double Fastest = 1.2;

    /// <summary>The form.</summary>
    public static ElevenLabsSpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ElevenLabs";

    /// <inheritdoc/>
    public override bool Streams => true;

    /// <inheritdoc/>
    public override SpeechCall WriteRequest(SpeechRequest request, Translation translation)
    {
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        json.WriteString("text"u8, request.Input);
        json.WriteString("model_id"u8, translation.Model);
        if (request.Speed is not null && request.Others?.Find("voice_settings").IsAbsent == false)
        {
            translation.Drop("speed", "it is part of 'voice_settings'");
        }
        else if (request.Speed is { } speed)
        {
            var possible = Math.Clamp(speed, Slowest, Fastest);
            if (possible != speed)
                translation.Approximate("speed", "the provider speaks at 0.7 to 1.2");
            json.WriteStartObject("voice_settings"u8);
            json.WriteNumber("speed"u8, possible);
            json.WriteEndObject();
        }
        // Members that OpenAI does not know are the provider's own: voice_settings, seed, language_code… But the model is the deployment's.
        foreach (var (name, value) in request.Others?.All ?? [])
        {
            if (name is "text" or "model_id")
            {
                translation.Drop(name, "it is said by 'input' and 'model'");
                continue;
            }
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
        json.WriteEndObject();
        if (request.Instructions is not null)
            translation.Drop("instructions", "the provider has no member for it");
        var (format, type) = request.Format switch
        {
            null or "mp3" => ("mp3_44100_128", "audio/mpeg"),
            "pcm" => ("pcm_24000", "audio/pcm"),
            "wav" => ("pcm_24000", "audio/wav"),
            "opus" => ("opus_48000_128", "audio/opus"),
            _ => (null, "audio/mpeg"),
        };
        if (format is null)
            translation.Drop("response_format", "the provider gives mp3, opus, wav and pcm");
        return new SpeechCall($"text-to-speech/{{voice}}/stream?output_format={format ?? "mp3_44100_128"}", form.Finish(), type) { WavRate = request.Format == "wav" ? PcmRate : null };
    }
}
