using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Speech;

/// <summary>Sound that came in JSON.</summary>
public sealed class SpeechAnswer
{
    /// <summary>The sound in base64; points into the answer's body.</summary>
    public ReadOnlyMemory<byte> Base64 { get; init; }

    /// <summary>Samples in a second where the sound is bare samples; null for a file with a header of its own.</summary>
    public int? Rate { get; init; }

    /// <summary>What was consumed; null when the provider does not say.</summary>
    public Usage? Usage { get; init; }

    /// <summary>The model as the provider names it.</summary>
    public string? Model { get; init; }

    /// <summary>Why there is no sound, where the provider declined.</summary>
    public ProviderError? Refusal { get; init; }
}
