using System.Threading.Channels;
using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>Which leases are in use, and whether their store answers.</summary>
internal sealed partial class LeaseBook(SharingMetrics metrics, ILogger<LeaseBook> logger)
{
    private readonly Channel<LeasedUse> _used = Channel.CreateUnbounded<LeasedUse>(new UnboundedChannelOptions { SingleReader = true });
    private int _isStoreAway;

    /// <summary>Whether the last call to the store failed.</summary>
    public bool IsStoreAway => Volatile.Read(ref _isStoreAway) != 0;

    /// <summary>Leases that were used for the first time since somebody looked, or that run low. Each stands there once.</summary>
    public ChannelReader<LeasedUse> Marked => _used.Reader;

    /// <summary>The store has answered.</summary>
    public void StoreAnswered()
    {
        if (IsStoreAway && Interlocked.Exchange(ref _isStoreAway, 0) == 1)
        {
            Log.Back(logger);
        }
    }

    /// <summary>The store has not answered.</summary>
    public void StoreFailed(LimitStoreException fault)
    {
        if (Interlocked.Exchange(ref _isStoreAway, 1) == 0)
        {
            Log.Away(logger, fault.Message);
        }
    }

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

    private static partial class Log
    {
        [LoggerMessage(1311, LogLevel.Warning, "Shared limits go by their on_store_failure: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(1316, LogLevel.Information, "The store of shared limits answers again.")]
        public static partial void Back(ILogger logger);
    }
}
