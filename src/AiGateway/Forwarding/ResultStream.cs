using System.Buffers;
using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>A batch's result on its way to the caller, metered as it passes. Its last byte is followed by the record; who reads it whole finds the cost recorded.</summary>
/// <remarks>
/// A caller who leaves in the middle has consumed no less: the rest is read without it, so that the total is of the whole
/// result or of nothing. Where that fails too, the next who reads the result records it.
/// </remarks>
internal sealed class ResultStream(
    Exchange exchange, AttemptRecord attempt, AttemptTimer timer, HttpResponseMessage response, Stream upstream, BatchMeter meter, CancellationToken drain) : ReadOnlyStream
{
    // Some hundred megabytes at a provider's pace; a caller who left is not waited for longer.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);
    private const int RestBufferSize = 64 * 1024;

    private bool _settled;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_settled || buffer.IsEmpty)
        {
            return 0;
        }
        try
        {
            timer.Arm(attempt.Deployment.Timeouts.Idle, AttemptOutcome.IdleTimeout);
            var read = await upstream.ReadAsync(buffer, timer.Token);
            if (read > 0)
            {
                meter.Append(buffer.Span[..read]);
                return read;
            }
            timer.Rest();
            await meter.FinishAsync();
            Settle(AttemptOutcome.Succeeded);
            return 0;
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

    private async Task ReadRestAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RestBufferSize);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(drain);
            stop.CancelAfter(LongestRest);
            while (await upstream.ReadAsync(buffer, stop.Token) is > 0 and var read)
            {
                meter.Append(buffer.AsSpan(0, read));
            }
            await meter.FinishAsync();
        }
        catch (Exception e) when (UpstreamFaults.IsUpstreamFault(e))
        {
            // The next who reads the result records it.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Release();
        }
    }

    private void Release()
    {
        meter.Dispose();
        response.Dispose();
    }

    private void Settle(AttemptOutcome outcome)
    {
        _settled = true;
        attempt.Outcome = outcome;
        exchange.Outcome = outcome switch
        {
            AttemptOutcome.Succeeded => RequestOutcome.Completed,
            AttemptOutcome.CallerGone => RequestOutcome.CallerGone,
            _ when timer.IsDrained => RequestOutcome.CutByDrain,
            _ => RequestOutcome.CutByUpstream,
        };
    }
}
