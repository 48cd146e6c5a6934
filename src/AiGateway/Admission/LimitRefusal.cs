using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Why a limit refuses.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Rate">The rate that is used up; null when too many requests run at the same time.</param>
/// <param name="Amount">What it allows.</param>
/// <param name="Wait">When there may be room; null when there never will be, because the request asks for more than the whole limit.</param>
internal sealed record LimitRefusal(LimitModel Limit, LimitRate? Rate, long Amount, TimeSpan? Wait)
{
    /// <summary>When what is used makes room by passing out of its window; zero where only the end of other requests does, or where nobody knows.</summary>
    public TimeSpan FreeIn { get; init; }

    /// <summary>Whether requests that run hold some of it: it may be free sooner.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Whether waiting helps, and the limit has a place to wait.</summary>
    public bool CanWait => Limit is { Queue: not null, Budget: null } && Wait is not null;

    /// <summary>Whether it takes longer to pass than another.</summary>
    public bool IsLongerThan(LimitRefusal other) => other.Wait is { } known && (Wait is null || Wait > known);
}
