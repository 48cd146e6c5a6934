namespace AiGateway.Protocols.OpenAI;

/// <summary>What an event of a streamed answer means for the one who passes it on.</summary>
public enum StreamEventKind
{
    /// <summary>A keep-alive: no data.</summary>
    Comment,

    /// <summary>Nothing of the answer yet (a role, an empty delta, <c>response.created</c>): another deployment could still answer.</summary>
    Preamble,

    /// <summary>A part of the answer, its finish reason, or anything unknown that is no error.</summary>
    Content,

    /// <summary>The chunk with usage and no choices that a caller gets only when it asks.</summary>
    UsageOnly,

    /// <summary>The end: <c>[DONE]</c>, or the event that carries the whole answer once more.</summary>
    Terminal,

    /// <summary>The provider reports an error.</summary>
    Error,

    /// <summary>Data that is neither JSON nor <c>[DONE]</c>.</summary>
    Malformed,
}
