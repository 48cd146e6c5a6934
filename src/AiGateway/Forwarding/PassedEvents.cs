using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>OpenAI's dialect on both sides: the provider's bytes, with the edits of the closed list.</summary>
internal sealed class PassedEvents(Exchange exchange, AttemptRecord attempt, bool hidesUsage, IdRewriter? ids, AnswerSettlement settlement) : EventReading
{
    private readonly StreamInspector _inspector = new(exchange.Request!.Operation, attempt.Deployment.Provider.Preset.UsageRules);
    private EventEditor? _editor;

    private EventEditor Editor => _editor ??= new EventEditor(_inspector, hidesUsage, ids);

    public override ProviderError? Error => _inspector.Error;

    public override bool IsComplete => _inspector.IsComplete;

    public override bool TerminalSeen => _inspector.TerminalSeen;

    public override string? Model => _inspector.Model;

    public override string? ServiceTier => _inspector.ServiceTier;

    public override string? FinishReason => _inspector.FinishReason;

    public override Usage? Usage => _inspector.Usage;

    public override int EstimatedOutputTokens => _inspector.EstimatedOutputTokens;

    public override int FindEventEnd(ReadOnlySpan<byte> buffer, ref int scanned) => SseFraming.FindEventEnd(buffer, ref scanned);

    public override StreamEventKind Process(ReadOnlySpan<byte> bytes, bool committed, ref OutputBuffer output)
    {
        var kind = _inspector.Inspect(bytes);
        if (kind == StreamEventKind.UsageOnly && hidesUsage)
        {
            return StreamEventKind.Comment;
        }
        if (kind == StreamEventKind.Malformed || (kind == StreamEventKind.Error && !committed))
        {
            return kind;
        }
        Editor.Append(ref output, bytes, kind == StreamEventKind.UsageOnly ? CostToTell(bytes) : null);
        return kind;
    }

    public override void Complete(ref OutputBuffer output)
    {
        // The provider's own bytes said all there is to say.
    }

    public override void Fail(Rejection rejection, int eventsSoFar, ref OutputBuffer output) =>
        StreamErrorFrame.Append(ref output, exchange.Request!.Operation, rejection, eventsSoFar);

    /// <summary>What the usage chunk says of the cost: nothing when the caller did not ask for usage, the price is unknown, or the provider says it itself.</summary>
    private decimal? CostToTell(ReadOnlySpan<byte> bytes) =>
        exchange.Request!.Facts.IncludeUsage && _inspector.Usage is { } usage && bytes.IndexOf("\"cost\""u8) < 0
            ? settlement.CostOf(exchange, attempt, _inspector.Model, _inspector.ServiceTier, usage).Total : null;
}
