using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Media;

namespace AiGateway.Protocols.Moderation;

/// <summary>One provider's form of judging texts, asked by OpenAI's callers. Forms have no state: one instance serves all.</summary>
/// <remarks>A new form is one class here, and its name in a preset.</remarks>
public abstract class ModerationForm
{
    /// <summary>Its name in the documentation.</summary>
    public abstract string Name { get; }

    /// <summary>Most texts of one call; for more, several calls are made.</summary>
    public abstract int MostInputs { get; }

    /// <summary>The path behind the provider's base URL.</summary>
    public abstract string PathOf(ModerationRequest request);

    /// <summary>Writes a call.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="start">The first of its texts.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="translation">Takes what was lost.</param>
    /// <exception cref="ChatFormatException">It cannot be said.</exception>
    public abstract FormBody WriteRequest(ModerationRequest request, int start, int count, Translation translation);

    /// <summary>Reads an answer with a status below 300.</summary>
    /// <exception cref="ChatFormatException">It is no answer.</exception>
    public ModerationAnswer ReadAnswer(ReadOnlyMemory<byte> body) => JsonBody.Read(body, root =>
    {
        var answer = new ModerationAnswer();
        ReadAnswer(root, answer);
        return answer;
    });

    private protected abstract void ReadAnswer(JsonElement root, ModerationAnswer answer);
}
