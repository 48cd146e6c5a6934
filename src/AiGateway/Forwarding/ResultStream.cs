using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>A batch's result on its way to the caller, metered as it passes. Its last byte is followed by the record: who reads it whole finds the cost recorded.</summary>
/// <remarks>
/// A caller who leaves in the middle has consumed no less: the rest is read without it, so that the total is of the whole
/// result or of nothing. Where that fails too, the next who reads the result records it. For that the reads from upstream go
/// to a buffer of their own and are not cancelled with the caller: a cancelled read closes the connection.
/// </remarks>
internal sealed class ResultStream(
    Exchange exchange, AttemptRecord attempt, AttemptTimer timer, HttpResponseMessage response, Stream upstream, BatchMeter meter, CancellationToken drain) : ReadOnlyStream
{
    // Some hundred megabytes at a provider's pace; a caller who left is not waited for longer.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(drain);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Task<int>? _pending;
    private int _start;
    private int _end;
    private bool _settled;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start == _end && !_settled && !buffer.IsEmpty)
        {
            await FillAsync();
        }
        var length = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, length).CopyTo(buffer.Span);
        _start += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_settled)
            {
                Release();
            }
            else
            {
                Settle(AttemptOutcome.CallerGone);
                _ = ReadRestAsync();
            }
            timer.Dispose();
        }
        base.Dispose(disposing);
    }

    private async ValueTask FillAsync()
    {
        try
        {
            timer.Arm(attempt.Deployment.Timeouts.Idle, AttemptOutcome.IdleTimeout);
            var read = await NextAsync().WaitAsync(timer.Token);
            _pending = null;
            await SocketThread.Leave();
            (_start, _end) = (0, read);
            if (read > 0)
            {
                meter.Append(_buffer.AsSpan(0, read));
                return;
            }
            timer.Rest();
            await meter.FinishAsync();
            Settle(AttemptOutcome.Succeeded);
        }
        catch (Exception e) when (UpstreamFaults.IsUpstreamFault(e))
        {
            var outcome = UpstreamFaults.OutcomeOf(e, timer);
            if (outcome != AttemptOutcome.CallerGone)
            {
                attempt.Error ??= UpstreamFaults.Describe(e);
                Settle(outcome);
            }
            throw;
        }
    }

    private Task<int> NextAsync() => _pending ??= upstream.ReadAsync(_buffer, _stop.Token).AsTask();

    private async Task ReadRestAsync()
    {
        try
        {
            _stop.CancelAfter(LongestRest);
            while (await NextAsync() is > 0 and var read)
            {
                _pending = null;
                await SocketThread.Leave();
                meter.Append(_buffer.AsSpan(0, read));
            }
            await meter.FinishAsync();
        }
        catch (Exception e) when (UpstreamFaults.IsUpstreamFault(e))
        {
            // The next who reads the result records it.
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        _stop.Cancel();
        _stop.Dispose();
        meter.Dispose();
        response.Dispose();
    }

    private void Settle(AttemptOutcome outcome)
    {
        _settled = true;
        attempt.Outcome = outcome;
        exchange.Outcome = UpstreamFaults.OutcomeOf(outcome, timer);
    }
}
