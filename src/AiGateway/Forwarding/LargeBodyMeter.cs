using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>JSON of OpenAI's dialect that is too large to be read whole.</summary>
internal sealed class LargeBodyMeter(LargeBodyInspector inspector) : AnswerMeter
{
    public override bool IsCut => !inspector.IsComplete;

    public override void Append(ReadOnlySpan<byte> piece) => inspector.Append(piece);

    public override AnswerFigures Finish()
    {
        var facts = inspector.Finish();
        return new AnswerFigures(facts.Usage, facts.Model, facts.ServiceTier, null, facts.EstimatedOutputTokens);
    }
}
