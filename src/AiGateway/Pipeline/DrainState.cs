namespace AiGateway.Pipeline;

/// <summary>Whether the gateway is going down: first not ready, then, at the end of the drain time, cutting the streams that are left.</summary>
internal sealed class DrainState : IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private volatile bool _isDraining;

    /// <summary>True from SIGTERM on: <c>/readyz</c> says no.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Cancelled at the end of the drain time.</summary>
    public CancellationToken CutToken => _cut.Token;

    /// <summary>Not ready from now on.</summary>
    public void Begin() => _isDraining = true;

    /// <summary>Cuts what is left.</summary>
    public void Cut() => _cut.Cancel();

    public void Dispose() => _cut.Dispose();
}
