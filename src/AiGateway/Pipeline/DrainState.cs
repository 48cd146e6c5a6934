namespace AiGateway.Pipeline;

/// <summary>Whether the gateway is going down: first not ready, then, at the end of the drain time, cutting the streams that are left.</summary>
internal sealed class DrainState : IDisposable
{
    private readonly CancellationTokenSource _begun = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDraining;
    private int _inFlight;

    /// <summary>True from SIGTERM on: <c>/readyz</c> says no, and nothing new begins.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Cancelled when <see cref="IsDraining"/> becomes true: what has not begun is not to.</summary>
    public CancellationToken Begun => _begun.Token;

    /// <summary>Cancelled at the end of the drain time.</summary>
    public CancellationToken CutToken => _cut.Token;

    /// <summary>Completes when the drain has begun and no request is in flight.</summary>
    public Task Drained => _drained.Task;

    /// <summary>A request is in flight from now on; <see cref="Leave"/> follows.</summary>
    public void Enter() => Interlocked.Increment(ref _inFlight);

    /// <summary>A request is over.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _inFlight) == 0 && _isDraining)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Not ready from now on.</summary>
    public void Begin()
    {
        _isDraining = true;
        _begun.Cancel();
        // With a full fence, or this and the last request's Leave might each miss what the other wrote.
        if (Interlocked.CompareExchange(ref _inFlight, 0, 0) == 0)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Cuts what is left.</summary>
    public void Cut() => _cut.Cancel();

    public void Dispose()
    {
        _begun.Dispose();
        _cut.Dispose();
    }
}
