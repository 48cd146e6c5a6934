using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>An answer that passes as it comes: binary and native ones, and JSON too large to be read whole, whose usage is read on the way.</summary>
internal sealed class PassingStream(
    Exchange exchange, AttemptRecord attempt, AttemptTimer timer, HttpResponseMessage response, Stream upstream,
    OutputBuffer head, AnswerMeter? meter, AnswerSettlement settlement) : ReadOnlyStream
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
            if (meter is not null)
            {
                await SocketThread.Leave();
            }
            if (read > 0)
            {
                meter?.Append(buffer.Span[..read]);
                return read;
            }
            if (buffer.IsEmpty)
            {
                return 0;
            }
            if (meter is { IsCut: true })
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
        exchange.Outcome = UpstreamFaults.OutcomeOf(outcome, timer);
        var figures = meter?.Finish() ?? default;
        exchange.ResponseModel = figures.Model;
        exchange.ServiceTier = figures.ServiceTier;
        exchange.FinishReason = figures.FinishReason;
        settlement.Settle(exchange, attempt, figures.Usage, figures.EstimatedOutputTokens);
    }
}
