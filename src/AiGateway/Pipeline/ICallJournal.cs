namespace AiGateway.Pipeline;

/// <summary>Is told of upstream calls before they are sent, and may refuse them: a boundary, so that a call whose record is lost can still be accounted for.</summary>
internal interface ICallJournal
{
    /// <summary>Why no new request may be sent now; null when it may. Cheap: asked for each request.</summary>
    Rejection? Refusal { get; }

    /// <summary>Notes a call that is about to be sent.</summary>
    /// <returns>False when it could not be noted, and must not be sent.</returns>
    ValueTask<bool> BeginAsync(Exchange exchange, AttemptRecord attempt);
}
