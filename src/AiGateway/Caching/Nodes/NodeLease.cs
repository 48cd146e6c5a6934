namespace AiGateway.Caching.Nodes;

/// <summary>This node's right to make a call that other nodes wait for; it renews itself until it is ended.</summary>
internal sealed class NodeLease
{
    private readonly Lock _lock = new();
    private readonly INodeLeases _leases;
    private readonly string _key;
    private readonly string _holder;
    private readonly ITimer _renewal;
    private Task _renewing = Task.CompletedTask;
    private bool _hasEnded;

    /// <param name="leases">Where it was taken.</param>
    /// <param name="key">What is asked.</param>
    /// <param name="holder">As whom it was taken.</param>
    /// <param name="clock">Says when it is to be renewed.</param>
    public NodeLease(INodeLeases leases, string key, string holder, TimeProvider clock)
    {
        (_leases, _key, _holder) = (leases, key, holder);
        _renewal = clock.CreateTimer(static lease => ((NodeLease)lease!).Renew(), this, NodeFlights.Renewal, NodeFlights.Renewal);
    }

    /// <summary>Ends it, without waiting for the store; the first call counts.</summary>
    /// <param name="end">How the call ended.</param>
    public void End(LeaseState end)
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }
            _hasEnded = true;
        }
        _renewal.Dispose();
        _ = EndAsync(end);
    }

    private async Task EndAsync(LeaseState end)
    {
        // Else a renewal that is under way might take it anew, for nobody.
        await _renewing;
        await _leases.EndAsync(_key, _holder, end);
    }

    private void Renew()
    {
        lock (_lock)
        {
            if (!_hasEnded && _renewing.IsCompleted)
            {
                _renewing = RenewAsync();
            }
        }
    }

    private async Task RenewAsync()
    {
        if (!await _leases.RenewAsync(_key, _holder))
        {
            // Another has taken it, because this node was not heard of for too long. The call goes on, for this node's callers.
            _renewal.Dispose();
        }
    }
}
