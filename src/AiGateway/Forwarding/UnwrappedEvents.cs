using System.Buffers;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Bedrock's stream of invoke: takes the model's own events out of the frames, and hands them on as the server-sent events that the model's maker would have sent.</summary>
internal sealed class UnwrappedEvents(EventReading inner) : EventReading
{
    private readonly ArrayBufferWriter<byte> _event = new(1024);

    public override ProviderError? Error => inner.Error;

    public override bool IsComplete => inner.IsComplete;

    public override bool TerminalSeen => inner.TerminalSeen;

    public override string? Model => inner.Model;

    public override string? ServiceTier => inner.ServiceTier;

    public override string? FinishReason => inner.FinishReason;

    public override Usage? Usage => inner.Usage;

    public override int EstimatedOutputTokens => inner.EstimatedOutputTokens;

    public override int FindEventEnd(ReadOnlySpan<byte> buffer, ref int scanned) => EventFraming.FindEnd(StreamFraming.AwsEventStream, buffer, ref scanned);

    public override StreamEventKind Process(ReadOnlySpan<byte> bytes, bool committed, ref OutputBuffer output)
    {
        _event.ResetWrittenCount();
        try
        {
            InvokeStream.ToServerSentEvents(bytes, _event);
        }
        catch (ChatFormatException)
        {
            return StreamEventKind.Malformed;
        }
        return _event.WrittenCount == 0 ? StreamEventKind.Comment : inner.Process(_event.WrittenSpan, committed, ref output);
    }

    public override void Complete(ref OutputBuffer output) => inner.Complete(ref output);

    public override Task KeepAsync() => inner.KeepAsync();

    public override void Fail(Rejection rejection, int eventsSoFar, ref OutputBuffer output) => inner.Fail(rejection, eventsSoFar, ref output);
}
