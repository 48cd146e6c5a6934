using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Forwarding.Realtime;

/// <summary>Counts the realtime sessions of this node, all together and by caller; those that are being opened count already.</summary>
internal sealed class OpenSessions
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _byCaller = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _all;
            }
        }
    }

    /// <summary>Counts one more, if the bounds allow it; <see cref="Leave"/> follows then.</summary>
    /// <returns>The rejection; null when it counts.</returns>
    public Rejection? TryEnter(CallerModel caller, RealtimeModel bounds)
    {
        lock (_lock)
        {
            _byCaller.TryGetValue(caller.Id, out var own);
            if (own >= bounds.MaxSessionsPerCaller)
            {
                return new Rejection(RejectionReason.TooManySessions, $"This key has {own} realtime sessions open; more than {bounds.MaxSessionsPerCaller} are not allowed. Close one, or try again later.") { RetryAfter = Wait };
            }
            if (_all >= bounds.MaxSessions)
            {
                return new Rejection(RejectionReason.TooManySessions, "The gateway has as many realtime sessions open as it may. Please try again later.") { RetryAfter = Wait };
            }
            _byCaller[caller.Id] = own + 1;
            _all++;
            return null;
        }
    }

    /// <summary>A session is over.</summary>
    public void Leave(CallerModel caller)
    {
        lock (_lock)
        {
            _all--;
            var left = _byCaller[caller.Id] - 1;
            if (left == 0)
            {
                _byCaller.Remove(caller.Id);
            }
            else
            {
                _byCaller[caller.Id] = left;
            }
        }
    }
}
