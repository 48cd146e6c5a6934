using System.Diagnostics;

namespace AiGateway.Configuration;

/// <summary>What runs behind a deployment: health, latency, requests in flight. Keyed by the deployment's id, survives reloads.</summary>
/// <remarks>Every member is a single word read and written atomically; readers may see a slightly older value, which routing can bear.</remarks>
internal sealed class DeploymentState(string id)
{
    // Weight of a new sample in the moving estimate: about the last ten answers count.
    private const double LatencySampleWeight = 0.2;

    private int _inFlight;
    private long _restsUntil;
    private bool _isRateLimited;
    private long _circuitOpenUntil;
    private long _latencyBits;

    /// <summary>The deployment's id.</summary>
    public string Id { get; } = id;

    /// <summary>Attempts sent and not yet finished.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Moving estimate of the time to first token in milliseconds; 0 when none is known yet.</summary>
    public double LatencyMilliseconds => BitConverter.Int64BitsToDouble(Volatile.Read(ref _latencyBits));

    /// <summary>Timestamp until which the circuit is open, 0 when it is closed; kept by Forwarding. After it, attempts probe.</summary>
    public long CircuitOpenUntil
    {
        get => Volatile.Read(ref _circuitOpenUntil);
        set => Volatile.Write(ref _circuitOpenUntil, value);
    }

    /// <summary>Timestamp (<see cref="TimeProvider.GetTimestamp"/>) until which the deployment rests after a 429 or a refused credential; 0 when it does not.</summary>
    public long RestsUntil => Volatile.Read(ref _restsUntil);

    /// <summary>Whether it rests because of a 429, and not because of a refused credential.</summary>
    public bool IsRateLimited => Volatile.Read(ref _isRateLimited);

    /// <summary>Whether it may be tried first at <paramref name="timestamp"/>.</summary>
    public bool IsAvailable(long timestamp) => CircuitOpenUntil <= timestamp && RestsUntil <= timestamp;

    /// <summary>An attempt begins.</summary>
    public void Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>An attempt is over.</summary>
    public void End()
    {
        var now = Interlocked.Decrement(ref _inFlight);
        Debug.Assert(now >= 0, "End without Begin");
    }

    /// <summary>Lets the deployment rest until <paramref name="timestamp"/>, if that is later than what holds already.</summary>
    /// <param name="timestamp">The end of the rest.</param>
    /// <param name="isRateLimited">Whether a 429 is the cause.</param>
    public void RestUntil(long timestamp, bool isRateLimited = true)
    {
        Volatile.Write(ref _isRateLimited, isRateLimited);
        long seen;
        while ((seen = Volatile.Read(ref _restsUntil)) < timestamp)
        {
            if (Interlocked.CompareExchange(ref _restsUntil, timestamp, seen) == seen)
            {
                return;
            }
        }
    }

    /// <summary>Ends a rest early, because an attempt succeeded.</summary>
    public void EndRest()
    {
        if (Volatile.Read(ref _restsUntil) != 0)
        {
            Volatile.Write(ref _restsUntil, 0);
        }
    }

    /// <summary>Adds a sample to the moving estimate. Two samples at once may lose one of them: an estimate can bear that.</summary>
    public void ObserveLatency(TimeSpan timeToFirstToken)
    {
        var sample = timeToFirstToken.TotalMilliseconds;
        var old = LatencyMilliseconds;
        Volatile.Write(ref _latencyBits, BitConverter.DoubleToInt64Bits(old == 0 ? sample : old + (LatencySampleWeight * (sample - old))));
    }
}

/// <summary>What runs behind a provider: which key is next. Keyed by the provider's id, survives reloads.</summary>
internal sealed class ProviderState
{
    private uint _next;

    /// <summary>A number that grows by one with each call: the rotation of keys.</summary>
    public uint Next() => Interlocked.Increment(ref _next);
}

/// <summary>What runs behind a key: whether it is set aside. Survives reloads.</summary>
internal sealed class KeyState
{
    private long _asideUntil;

    /// <summary>Timestamp until which the key is not used; 0 when it is in use.</summary>
    public long AsideUntil
    {
        get => Volatile.Read(ref _asideUntil);
        set => Volatile.Write(ref _asideUntil, value);
    }
}
