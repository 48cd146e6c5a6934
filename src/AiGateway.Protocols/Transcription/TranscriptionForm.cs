using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Transcription;

/// <summary>One provider's form of turning speech into text, asked by OpenAI's callers. Forms have no state: one instance serves all.</summary>
/// <remarks>A new form is one class here, and its name in a preset.</remarks>
public abstract class TranscriptionForm
{
    /// <summary>Its name in the documentation.</summary>
    public abstract string Name { get; }

    /// <summary>Whether answers tell when each word was spoken: without, there are no subtitles.</summary>
    public virtual bool TellsTimes => true;

    /// <summary>The path behind the provider's base URL, with <c>{model}</c> for the model.</summary>
    public abstract string PathOf(TranscriptionRequest request);

    /// <summary>Writes the call.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It asks for times that the provider does not tell.</exception>
    public FormBody WriteRequest(TranscriptionRequest request, Translation translation)
    {
        if (request.WantsTimes && !TellsTimes)
            throw new ChatFormatException("The model behind this name does not tell when words are spoken. Ask for 'response_format' json or text.", "response_format");
        foreach (var name in request.Others)
            translation.Drop(name, "the provider has no member for it");
        return Write(request, translation);
    }

    /// <summary>Reads an answer with a status below 300.</summary>
    /// <exception cref="ChatFormatException">It is no answer.</exception>
    public Transcript ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, Read);

    private protected abstract FormBody Write(TranscriptionRequest request, Translation translation);

    private protected abstract Transcript Read(JsonElement root);

    /// <summary>A time in seconds; null when it is none.</summary>
    private protected static double? SecondsOf(JsonElement element, ReadOnlySpan<byte> name) =>
        JsonBody.Member(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 10_000_000 ? seconds : null;

    /// <summary>What a provider that bills by time consumed; null when it does not say how long the sound is.</summary>
    private protected static Usage? UsageOf(double? seconds) => seconds is { } known ? new Usage { AudioSeconds = (decimal)known } : null;
}
