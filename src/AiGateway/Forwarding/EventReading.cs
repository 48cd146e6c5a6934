using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>What an <see cref="EventStream"/> does with each event: looks at it, and writes what the caller gets. One per stream.</summary>
internal abstract class EventReading
{
    /// <summary>The provider's error; null while there is none.</summary>
    public abstract ProviderError? Error { get; }

    /// <summary>True when the answer came to its own end.</summary>
    public abstract bool IsComplete { get; }

    /// <summary>True when nothing of the answer can follow.</summary>
    public abstract bool TerminalSeen { get; }

    /// <summary>The model as the provider names it.</summary>
    public abstract string? Model { get; }

    /// <summary>The service tier that served it.</summary>
    public abstract string? ServiceTier { get; }

    /// <summary>The provider's own finish reason.</summary>
    public abstract string? FinishReason { get; }

    /// <summary>The last usage reported.</summary>
    public abstract Usage? Usage { get; }

    /// <summary>What each of several calls consumed; empty for one call.</summary>
    public virtual IReadOnlyList<Usage> UsageOfCalls => [];

    /// <summary>Output tokens so far by our own estimate.</summary>
    public abstract int EstimatedOutputTokens { get; }

    /// <summary>Finds the end of the first whole event; -1 when there is none yet.</summary>
    /// <param name="buffer">From the start of an event on.</param>
    /// <param name="scanned">How far the search has come; 0 for a new event.</param>
    /// <exception cref="InvalidDataException">It can never be an event.</exception>
    public abstract int FindEventEnd(ReadOnlySpan<byte> buffer, ref int scanned);

    /// <summary>Looks at one event and writes what the caller gets of it. An error is written only after commit: before it, nobody is to see it.</summary>
    public abstract StreamEventKind Process(ReadOnlySpan<byte> bytes, bool committed, ref OutputBuffer output);

    /// <summary>The answer is complete and nothing more comes: writes what is still owed.</summary>
    public abstract void Complete(ref OutputBuffer output);

    /// <summary>Called once after <see cref="Complete"/>: keeps the answer where the gateway does so. The last events wait for it. Never throws.</summary>
    public virtual Task KeepAsync() => Task.CompletedTask;

    /// <summary>The answer broke off: writes an error event in the caller's dialect.</summary>
    public abstract void Fail(Rejection rejection, int eventsSoFar, ref OutputBuffer output);
}
