namespace AiGateway.Admission;

/// <summary>What all reservations share.</summary>
internal sealed class AdmissionServices(Limiter limiter, Estimates estimates, AdmissionMetrics metrics, AdmissionQueue queue, TimeProvider clock)
{
    /// <summary>The counters.</summary>
    public Limiter Limiter { get; } = limiter;

    /// <summary>What requests may come to.</summary>
    public Estimates Estimates { get; } = estimates;

    /// <summary>Who waits.</summary>
    public AdmissionQueue Queue { get; } = queue;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>What is decided.</summary>
    public AdmissionMetrics Metrics { get; } = metrics;
}
