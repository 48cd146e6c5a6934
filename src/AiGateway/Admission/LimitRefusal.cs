using AiGateway.Admission.Sharing;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Why a limit refuses.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Rate">The rate that is used up; null when too many requests run at the same time.</param>
/// <param name="Amount">What it allows.</param>
/// <param name="Wait">When there may be room; null when there never will be, because the request asks for more than the whole limit.</param>
internal sealed record LimitRefusal(LimitModel Limit, LimitRate? Rate, long Amount, TimeSpan? Wait)
{
    /// <summary>Whether nothing is known of its use: its store does not answer, and nothing passes until it does.</summary>
    public bool IsStoreAway { get; init; }

    /// <summary>Leases that are too small for the request, while others may have left something: asked for more, they may have room. Empty when the refusal is final.</summary>
    public IReadOnlyList<LeasedUse> Wanting { get; init; } = [];

    /// <summary>When what is used makes room by passing out of its window; zero where only the end of other requests does, or where nobody knows.</summary>
    public TimeSpan FreeIn { get; init; }

    /// <summary>Whether requests that run hold some of it: it may be free sooner.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Whether the request alone asks for more than the whole limit: as an estimate it passes, but only when nothing else is there.</summary>
    public bool IsBeyondWhole { get; init; }

    /// <summary>Whether waiting helps, and the limit has a place to wait.</summary>
    public bool CanWait => Limit is { Queue: not null, Budget: null } && Wait is not null && !IsBeyondWhole;

    /// <summary>Whether it takes longer to pass than another.</summary>
    public bool IsLongerThan(LimitRefusal other) => other.Wait is { } known && (Wait is null || Wait > known);
}
