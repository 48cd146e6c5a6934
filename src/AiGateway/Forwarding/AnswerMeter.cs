using AiGateway.Protocols;

namespace AiGateway.Forwarding;

/// <summary>Watches the bytes of one answer that passes as it comes, and says at its end what it consumed.</summary>
internal abstract class AnswerMeter
{
    /// <summary>True when the bytes so far are known not to be the whole answer.</summary>
    public virtual bool IsCut => false;

    /// <summary>Watches the next piece, cut anywhere.</summary>
    public abstract void Append(ReadOnlySpan<byte> piece);

    /// <summary>What the answer said, as far as it came; called once.</summary>
    public abstract AnswerFigures Finish();
}

/// <summary>What an answer says of itself; nulls where it says nothing.</summary>
internal readonly record struct AnswerFigures(Usage? Usage, string? Model, string? ServiceTier, string? FinishReason, int EstimatedOutputTokens);
