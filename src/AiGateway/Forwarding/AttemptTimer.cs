using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>The time-outs of one attempt in one cancellation source, re-armed from phase to phase; also ends with the caller and with the drain.</summary>
internal sealed class AttemptTimer : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _callerGone;
    private readonly CancellationToken _caller;
    private readonly long _start;
    private readonly TimeSpan _total;
    private CancellationTokenRegistration _drain;
    private CancellationToken _drainToken;
    private AttemptOutcome _phase;

    /// <summary>Starts the attempt's total.</summary>
    public AttemptTimer(TimeProvider clock, TimeSpan total, CancellationToken caller)
    {
        _clock = clock;
        _caller = caller;
        _total = total;
        _start = clock.GetTimestamp();
        _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _callerGone = caller.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>Cancelled when a time-out passes, the caller hangs up, or the drain ends.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Time since the attempt began.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Why <see cref="Token"/> was cancelled.</summary>
    public AttemptOutcome Expired =>
        _caller.IsCancellationRequested ? AttemptOutcome.CallerGone
        : Elapsed >= _total ? AttemptOutcome.TotalTimeout
        : _phase;

    /// <summary>Whether the drain ended it.</summary>
    public bool IsDrained => _drainToken.IsCancellationRequested;

    /// <summary>Arms the time-out of a phase; the total stays in force.</summary>
    /// <param name="limit">The phase's time-out.</param>
    /// <param name="phase">What it is called when it passes.</param>
    public void Arm(TimeSpan limit, AttemptOutcome phase)
    {
        _phase = phase;
        var left = _total - Elapsed;
        var wait = limit < left ? limit : left;
        _source.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
    }

    /// <summary>Disarms all time-outs, while nothing is expected of the upstream.</summary>
    public void Rest() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Ends with the drain as well: for streams, which may outlast it.</summary>
    public void EndWith(CancellationToken drain)
    {
        _drainToken = drain;
        _drain = drain.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public void Dispose()
    {
        _callerGone.Dispose();
        _drain.Dispose();
        _source.Dispose();
    }
}
