using AiGateway.Pipeline;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>An answer that passes as it comes: binary ones, and JSON too large to be read whole, whose usage is read on the way.</summary>
internal sealed class PassingStream(
    Exchange exchange, AttemptRecord attempt, AttemptTimer timer, HttpResponseMessage response, Stream upstream,
    OutputBuffer head, LargeBodyInspector? inspector, AnswerSettlement settlement) : ReadOnlyStream
{
    private OutputBuffer _head = head;
    private bool _settled;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_head.IsEmpty)
        {
            return buffer.IsEmpty ? 0 : _head.Take(buffer.Span);
        }
        if (_settled)
        {
            return 0;
        }
        try
        {
            timer.Arm(attempt.Deployment.Timeouts.Idle, AttemptOutcome.IdleTimeout);
            var read = await upstream.ReadAsync(buffer, timer.Token);
            if (read > 0)
            {
                inspector?.Append(buffer.Span[..read]);
                return read;
            }
            if (buffer.IsEmpty)
            {
                return 0;
            }
            if (inspector is not null && !inspector.IsComplete)
            {
                throw new IOException("The answer ended early.");
            }
            Settle(AttemptOutcome.Succeeded);
            return 0;
        }
        catch (Exception e) when (UpstreamFaults.IsUpstreamFault(e))
        {
            attempt.Error ??= UpstreamFaults.Describe(e);
            Settle(UpstreamFaults.OutcomeOf(e, timer));
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Settle(AttemptOutcome.CallerGone);
            response.Dispose();
            timer.Dispose();
            _head.Release();
        }
        base.Dispose(disposing);
    }

    private void Settle(AttemptOutcome outcome)
    {
        if (_settled)
        {
            return;
        }
        _settled = true;
        attempt.Outcome = outcome;
        exchange.Outcome = outcome switch
        {
            AttemptOutcome.Succeeded => RequestOutcome.Completed,
            AttemptOutcome.CallerGone => RequestOutcome.CallerGone,
            _ => RequestOutcome.CutByUpstream,
        };
        var facts = inspector?.Finish();
        exchange.ResponseModel = facts?.Model;
        exchange.ServiceTier = facts?.ServiceTier;
        settlement.Settle(exchange, attempt, facts?.Usage, facts?.EstimatedOutputTokens ?? 0);
    }
}
