using System.Buffers;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>The calls that one attempt makes in a provider's own form of anything but conversations, or for several answers of a model that gives one, and the caller's answer made of theirs.</summary>
/// <remarks>Made for one attempt: what failed of an earlier one is not kept. <see cref="Read"/> may run for several calls at once.</remarks>
internal abstract class FormCalls
{
    /// <summary>The path of each call behind the base URL, with <c>{model}</c> for the provider's name of the model and <c>{voice}</c> for <see cref="Voice"/>; null for the operation's usual path.</summary>
    public abstract string? Path { get; }

    /// <summary>What stands for <c>{voice}</c> in the path; null when nothing does.</summary>
    public virtual string? Voice => null;

    /// <summary>How many calls are made; at least one.</summary>
    public abstract int Count { get; }

    /// <summary>The media type that is asked for.</summary>
    public virtual string Accept => "application/json";

    /// <summary>The content type of the caller's answer.</summary>
    public virtual string AnswerType => "application/json";

    /// <summary>True when the provider's answer passes to the caller as it comes, behind <see cref="Head"/>, with <see cref="AnswerType"/>: neither read nor written.</summary>
    public virtual bool Passes => false;

    /// <summary>What goes before an answer that passes.</summary>
    public virtual ReadOnlyMemory<byte> Head => default;

    /// <summary>True when the body given to <see cref="Read"/> stays valid until <see cref="Write"/> has returned.</summary>
    public virtual bool KeepsBodies => false;

    /// <summary>About how many bytes <see cref="Write"/> writes.</summary>
    public virtual int AnswerLength => 0;

    /// <summary>The model as the provider names it; null when it does not, and before <see cref="Merge"/>.</summary>
    public string? Model { get; protected set; }

    /// <summary>The provider's own finish reason; null where there is none, and before <see cref="Merge"/>.</summary>
    public string? FinishReason { get; protected set; }

    /// <summary>The service tier that served them; null when it is not said, and before <see cref="Merge"/>.</summary>
    public string? ServiceTier { get; protected set; }

    /// <summary>What each call consumed, where prices depend on it; else empty.</summary>
    public virtual IReadOnlyList<Usage> UsageOfCalls => [];

    /// <summary>The body of a call; made anew each time.</summary>
    /// <param name="number">Which call.</param>
    public abstract HttpContent ContentOf(int number);

    /// <summary>Reads the answer of one call.</summary>
    /// <param name="number">Which call it answers.</param>
    /// <param name="response">Its head.</param>
    /// <param name="body">Its body.</param>
    /// <returns>Why there is no answer, where the provider declined to give one; null otherwise.</returns>
    /// <exception cref="Protocols.Chat.ChatFormatException">It is no answer.</exception>
    public abstract ProviderError? Read(int number, HttpResponseMessage response, ReadOnlyMemory<byte> body);

    /// <summary>Puts the answers of all calls together.</summary>
    /// <returns>What they consumed; null when the provider does not say.</returns>
    /// <exception cref="Protocols.Chat.ChatFormatException">They do not fit what was asked.</exception>
    public abstract Usage? Merge();

    /// <summary>Writes the answer in the caller's form.</summary>
    /// <param name="usage">What the answer says was consumed.</param>
    /// <param name="output">Where to.</param>
    public abstract void Write(Usage? usage, IBufferWriter<byte> output);
}
