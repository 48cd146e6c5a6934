namespace AiGateway.Protocols.Chat;

/// <summary>A step of a streamed answer. Decoders emit steps as providers send them; <see cref="ChatStream"/> brings them into order before an encoder sees them.</summary>
/// <param name="Kind">What happened; the other members belong to it as their docs say.</param>
public readonly record struct ChatEvent(ChatEventKind Kind)
{
    /// <summary>Number of the candidate, from 0.</summary>
    public int Candidate { get; init; }

    /// <summary>Part events from a decoder: its own key of the part within the candidate (a block's index, a tool call's). From <see cref="ChatStream"/>: the part's number in order, from 0.</summary>
    public int Part { get; init; }

    /// <summary>Part events: what the part is.</summary>
    public ChatPartKind PartKind { get; init; }

    /// <summary>Start: the answer's id. PartStart of a call: the call's id.</summary>
    public string? Id { get; init; }

    /// <summary>Start: the model. PartStart of a call: the tool's name.</summary>
    public string? Name { get; init; }

    /// <summary>Delta: text, thought, refusal, piece of arguments, base64 of media, transcript. Finish: the provider's own word.</summary>
    public string? Text { get; init; }

    /// <summary>Delta, PartStart or, from a decoder, PartEnd: a signature over the part, or a piece of one; <see cref="ChatStream"/> makes a delta of a PartEnd's. Whose it is says <see cref="ChatPart.SignedBy"/> of <see cref="Data"/>, else the answer's <see cref="Source"/>. Finish: the stop text.</summary>
    public string? Signature { get; init; }

    /// <summary>Start: Unix time in seconds.</summary>
    public long? Created { get; init; }

    /// <summary>Finish: why.</summary>
    public FinishReason Finish { get; init; }

    /// <summary>Usage: cumulative, replaces what was reported before.</summary>
    public Usage? Usage { get; init; }

    /// <summary>PartStart or PartDelta of other than text: the part's own data (media, encrypted thinking, opaque part). Text parts: citations that belong to the text so far. Start and Usage: an <see cref="OpaquePart"/> with the event of the source dialect, for an encoder of the same.</summary>
    public ChatPart? Data { get; init; }

    /// <summary>Delta of text: its log probabilities.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    /// <summary>Delta of text: a source of it.</summary>
    public ChatCitation? Citation { get; init; }

    /// <summary>Error: what the provider said.</summary>
    public OpenAI.ProviderError? Error { get; init; }

    /// <summary>Start, from <see cref="ChatStream"/>: the dialect the answer comes in. Signatures and encrypted thoughts of its parts are that dialect's.</summary>
    public Dialect? Source { get; init; }

    /// <summary>Start: the service tier, where it is known.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Start: members of the source dialect without a place here.</summary>
    public JsonMembers? Extensions { get; init; }
}

/// <summary>Steps of a streamed answer.</summary>
public enum ChatEventKind
{
    /// <summary>The answer begins.</summary>
    Start,

    /// <summary>A part begins. A decoder may leave it out for text and thinking: the first delta begins the part.</summary>
    PartStart,

    /// <summary>More of a part.</summary>
    PartDelta,

    /// <summary>A part is whole. A decoder may leave it out.</summary>
    PartEnd,

    /// <summary>A candidate is whole. The first of several for one candidate counts, unless it was <see cref="FinishReason.Unknown"/>.</summary>
    Finish,

    /// <summary>What was consumed so far.</summary>
    Usage,

    /// <summary>The answer is whole: nothing follows. Emitted by <see cref="ChatStream"/> only.</summary>
    End,

    /// <summary>The answer failed: nothing follows.</summary>
    Error,
}

/// <summary>Kinds of streamed parts.</summary>
public enum ChatPartKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>What the model thinks.</summary>
    Thinking,

    /// <summary>It declines.</summary>
    Refusal,

    /// <summary>It calls a tool; deltas are pieces of the arguments.</summary>
    ToolCall,

    /// <summary>Sound or a picture; deltas are base64 (<see cref="ChatEvent.Text"/>) or a whole <see cref="MediaPart"/>.</summary>
    Media,

    /// <summary>A part of its dialect only.</summary>
    Opaque,
}
