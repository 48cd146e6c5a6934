using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Speech;

/// <summary>One provider's form of speech, asked by OpenAI's callers. Forms have no state: one instance serves all.</summary>
/// <remarks>A new form is one class here, and its name in a preset.</remarks>
public abstract class SpeechForm
{
    /// <summary>Its name in the documentation.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the provider sends the sound itself, which then passes as it comes; else <see cref="ReadAnswer"/> takes it out of JSON.</summary>
    public abstract bool Streams { get; }

    /// <summary>Writes the call.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It cannot be said.</exception>
    public abstract SpeechCall WriteRequest(SpeechRequest request, Translation translation);

    /// <summary>Reads an answer with a status below 300 of a form that does not stream.</summary>
    /// <exception cref="ChatFormatException">It is no answer.</exception>
    public virtual SpeechAnswer ReadAnswer(ReadOnlyMemory<byte> body) => throw new NotSupportedException($"The form {Name} streams.");
}

/// <summary>A call that makes speech.</summary>
/// <param name="Path">The path behind the base URL, with <c>{model}</c> and <c>{voice}</c> for what these are called.</param>
/// <param name="Body">The body.</param>
/// <param name="ContentType">The type of the sound that the caller gets.</param>
public sealed record SpeechCall(string Path, FormBody Body, string ContentType)
{
    /// <summary>Samples in a second, when the provider sends bare samples and the caller is to get a WAV; null when nothing is put before the sound.</summary>
    public int? WavRate { get; init; }
}
