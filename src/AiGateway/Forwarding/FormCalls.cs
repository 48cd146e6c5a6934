using System.Buffers;
using AiGateway.Protocols;

namespace AiGateway.Forwarding;

/// <summary>The calls that one attempt makes in a provider's own form of embeddings or reranking, or for several answers of a model that gives one, and the caller's answer made of theirs.</summary>
/// <remarks>Made for one attempt: what failed of an earlier one is not kept. <see cref="Read"/> may run for several calls at once.</remarks>
internal abstract class FormCalls
{
    /// <summary>The path of each call behind the base URL, with <c>{model}</c> for the provider's name of the model; null for the operation's usual path.</summary>
    public abstract string? Path { get; }

    /// <summary>A body for each call.</summary>
    public abstract IReadOnlyList<ReadOnlyMemory<byte>> Bodies { get; }

    /// <summary>The model as the provider names it; null when it does not, and before <see cref="Merge"/>.</summary>
    public string? Model { get; protected set; }

    /// <summary>The provider's own finish reason; null where there is none, and before <see cref="Merge"/>.</summary>
    public string? FinishReason { get; protected set; }

    /// <summary>The service tier that served them; null when it is not said, and before <see cref="Merge"/>.</summary>
    public string? ServiceTier { get; protected set; }

    /// <summary>What each call consumed, where prices depend on it; else empty.</summary>
    public virtual IReadOnlyList<Usage> UsageOfCalls => [];

    /// <summary>Reads the answer of one call.</summary>
    /// <param name="number">Which of <see cref="Bodies"/> it answers.</param>
    /// <param name="response">Its head.</param>
    /// <param name="body">Its body, not kept.</param>
    /// <exception cref="Protocols.Chat.ChatFormatException">It is no answer.</exception>
    public abstract void Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body);

    /// <summary>Puts the answers of all calls together.</summary>
    /// <returns>What they consumed; null when the provider does not say.</returns>
    /// <exception cref="Protocols.Chat.ChatFormatException">They do not fit what was asked.</exception>
    public abstract Usage? Merge();

    /// <summary>Writes the answer in the caller's form.</summary>
    /// <param name="usage">What the answer says was consumed.</param>
    /// <param name="output">Where to.</param>
    public abstract void Write(Usage? usage, IBufferWriter<byte> output);
}
