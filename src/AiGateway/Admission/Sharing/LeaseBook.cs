using System.Threading.Channels;
using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>Which leases are in use, and whether their store answers.</summary>
internal sealed class LeaseBook(SharingMetrics metrics)
{
    private readonly Channel<LeasedUse> _used = Channel.CreateUnbounded<LeasedUse>(new UnboundedChannelOptions { SingleReader = true });
    private volatile bool _isStoreAway;

    /// <summary>Whether the last call to the store failed.</summary>
    public bool IsStoreAway
    {
        get => _isStoreAway;
        set => _isStoreAway = value;
    }

    /// <summary>Leases that were used for the first time since somebody looked, or that run low. Each stands there once.</summary>
    public ChannelReader<LeasedUse> Marked => _used.Reader;

    /// <summary>By what a limit decides whose store does not answer.</summary>
    public DecidedBy Fallback(LimitModel limit)
    {
        metrics.FellBack(limit);
        return limit.OnStoreFailure switch
        {
            StoreFailurePolicy.Allow => DecidedBy.Nobody,
            StoreFailurePolicy.Deny => DecidedBy.Denied,
            _ => DecidedBy.Node,
        };
    }

    /// <summary>A subject's use was added to. Under the limiter's lock.</summary>
    public void Used(SubjectUse use, Moment now)
    {
        if (use.Lease is { } lease && lease.Touch(now))
        {
            _used.Writer.TryWrite(lease);
        }
    }
}
