using AiGateway.Admission.Sharing;

namespace AiGateway.Admission;

/// <summary>What all reservations share.</summary>
internal sealed class AdmissionServices(Limiter limiter, Estimates estimates, AdmissionMetrics metrics, AdmissionQueue queue, SpentBudgets spent, TimeProvider clock, SharedLimits? shared = null)
{
    /// <summary>The counters.</summary>
    public Limiter Limiter { get; } = limiter;

    /// <summary>What requests may come to.</summary>
    public Estimates Estimates { get; } = estimates;

    /// <summary>Decides over limits that nodes share; null where this node is alone.</summary>
    public SharedLimits? Shared { get; } = shared;

    /// <summary>Who waits.</summary>
    public AdmissionQueue Queue { get; } = queue;

    /// <summary>What has refused for want of money.</summary>
    public SpentBudgets Spent { get; } = spent;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>What is decided.</summary>
    public AdmissionMetrics Metrics { get; } = metrics;
}
