using System.Globalization;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.Media;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Speech;

/// <summary>Gemini's models that speak, by <c>generateContent</c>. Source: <c>https://ai.google.dev/gemini-api/docs/speech-generation</c>.</summary>
/// <remarks>
/// They give bare samples (<c>audio/L16;codec=pcm;rate=24000</c>, in practice with the lower byte first), which is what OpenAI
/// calls <c>pcm</c>; for everything else a WAV is made of them, and said to be one.
/// </remarks>
public sealed class GeminiSpeech : SpeechForm
{
    private const int UsualRate = 24_000;

    /// <summary>The form.</summary>
    public static GeminiSpeech Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Gemini";

    /// <inheritdoc/>
    public override bool Streams => false;

    /// <inheritdoc/>
    public override SpeechCall WriteRequest(SpeechRequest request, Translation translation)
    {
        using var form = new JsonFormWriter();
        var json = form.Json;
        json.WriteStartObject();
        json.WriteStartArray("contents"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        // How it is to be said is part of the prompt: "Say cheerfully: …".
        json.WriteString("text"u8, request.Instructions is { } how ? $"{how.TrimEnd(':', ' ')}: {request.Input}" : request.Input);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("generationConfig"u8);
        json.WriteStartArray("responseModalities"u8);
        json.WriteStringValue("AUDIO"u8);
        json.WriteEndArray();
        json.WriteStartObject("speechConfig"u8);
        json.WriteStartObject("voiceConfig"u8);
        json.WriteStartObject("prebuiltVoiceConfig"u8);
        json.WriteString("voiceName"u8, request.Voice);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        if (request.Speed is not (null or 1))
            translation.Drop("speed", "Gemini has no member for it; say it in 'instructions'");
        translation.DropAll(request.Others);
        if (request.Format == "pcm")
            return new SpeechCall("models/{model}:generateContent", form.Finish(), "audio/pcm");
        if (request.Format is null)
            translation.Approximate("response_format", "Gemini gives samples: a WAV is made of them");
        else if (request.Format != "wav")
            translation.Drop("response_format", "Gemini gives samples: a WAV is made of them; wav and pcm can be had");
        return new SpeechCall("models/{model}:generateContent", form.Finish(), "audio/wav") { WavRate = UsualRate };
    }

    /// <inheritdoc/>
    public override SpeechAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, root =>
    {
        var usage = GeminiUsage.Read(JsonBody.Member(root, "usageMetadata"u8), out _, null);
        var model = JsonBody.TextOf(root, "modelVersion"u8);
        var candidate = JsonBody.First(JsonBody.Member(root, "candidates"u8));
        foreach (var part in JsonBody.Items(JsonBody.Member(JsonBody.Member(candidate, "content"u8), "parts"u8)))
        {
            var data = JsonBody.Member(part, "inlineData"u8);
            if (JsonBody.TextOf(data, "mimeType"u8) is { } type && type.StartsWith("audio/", StringComparison.OrdinalIgnoreCase))
                return new SpeechAnswer { Base64 = Base64Text.Of(JsonBody.Member(data, "data"u8), body, "inlineData.data"), Rate = RateOf(type), Usage = usage, Model = model };
        }
        var why = JsonBody.TextOf(JsonBody.Member(root, "promptFeedback"u8), "blockReason"u8) ?? JsonBody.TextOf(candidate, "finishReason"u8);
        if (why is null or "STOP" or "MAX_TOKENS" or "OTHER")
            throw new ChatFormatException("The answer has no sound.");
        return new SpeechAnswer { Refusal = new ProviderError($"The provider declined to speak this: {why}", "invalid_request_error", "content_filter", null, ProviderErrorKind.ContentPolicy) };
    });

    /// <summary>Samples in a second of <c>audio/L16;codec=pcm;rate=24000</c>; null for other types.</summary>
    private static int? RateOf(string type)
    {
        if (!type.StartsWith("audio/L16", StringComparison.OrdinalIgnoreCase) && !type.StartsWith("audio/pcm", StringComparison.OrdinalIgnoreCase))
            return null;
        const string Rate = "rate=";
        var at = type.IndexOf(Rate, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return UsualRate;
        var digits = type.AsSpan(at + Rate.Length);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 384_000 ? rate : UsualRate;
    }
}
