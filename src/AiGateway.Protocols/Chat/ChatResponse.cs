namespace AiGateway.Protocols.Chat;

/// <summary>A whole answer, in no provider's dialect.</summary>
public sealed class ChatResponse
{
    /// <summary>The dialect it was read from.</summary>
    public required Dialect Source { get; init; }

    /// <summary>The provider's id; empty when it gave none.</summary>
    public string Id { get; set; } = "";

    /// <summary>The model that answered, as the provider names it.</summary>
    public string Model { get; set; } = "";

    /// <summary>Unix time in seconds; null when the dialect has none.</summary>
    public long? Created { get; set; }

    /// <summary>The answers; nearly always one.</summary>
    public List<ChatCandidate> Candidates { get; } = [];

    /// <summary>What it consumed; null when the provider said nothing.</summary>
    public Usage? Usage { get; set; }

    /// <summary>The provider's own usage object, for callers of the same dialect; absent when it gave none.</summary>
    public JsonValue NativeUsage { get; set; }

    /// <summary>The service tier that served it.</summary>
    public string? ServiceTier { get; set; }

    /// <summary>Members of the source dialect without a place here.</summary>
    public JsonMembers? Extensions { get; set; }

    /// <summary>Members that only the source dialect needs and that no other loses: presence of nulls, states, repetitions of the request.</summary>
    public JsonMembers? Own { get; set; }
}

/// <summary>One answer.</summary>
public sealed class ChatCandidate
{
    /// <summary>Its number, from 0.</summary>
    public int Index { get; set; }

    /// <summary>What is said, in order.</summary>
    public List<ChatPart> Parts { get; } = [];

    /// <summary>Why it ended.</summary>
    public FinishReason Finish { get; set; }

    /// <summary>The provider's own word for it; null when it gave none.</summary>
    public string? NativeFinish { get; set; }

    /// <summary>The text at which it stopped, where the provider says it.</summary>
    public string? StopSequence { get; set; }

    /// <summary>Log probabilities of text tokens; null when not asked for.</summary>
    public List<TokenLogprob>? Logprobs { get; set; }

    /// <summary>Members of the source dialect without a place here.</summary>
    public JsonMembers? Extensions { get; set; }
}

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>Not said, or not yet.</summary>
    Unknown,

    /// <summary>The model was done.</summary>
    Stop,

    /// <summary>A stop text came.</summary>
    StopSequence,

    /// <summary>The bound of tokens was reached.</summary>
    Length,

    /// <summary>The context window was full.</summary>
    ContextWindow,

    /// <summary>Tools are to be called.</summary>
    ToolCalls,

    /// <summary>A filter took the answer away (safety, recitation, guardrail).</summary>
    ContentFilter,

    /// <summary>The model declined.</summary>
    Refusal,

    /// <summary>The provider paused a long turn; the caller sends it back to go on (Anthropic).</summary>
    Pause,

    /// <summary>The model's tool call was malformed (Gemini, Bedrock).</summary>
    MalformedToolCall,

    /// <summary>The provider failed in the middle.</summary>
    Error,
}

/// <summary>Log probability of a token.</summary>
/// <param name="Token">The token's text.</param>
/// <param name="Logprob">Natural logarithm of its probability.</param>
public sealed record TokenLogprob(string Token, double Logprob)
{
    /// <summary>Its bytes; null when not given.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>The likeliest tokens at its place.</summary>
    public IReadOnlyList<TokenLogprob> Top { get; init; } = [];
}
