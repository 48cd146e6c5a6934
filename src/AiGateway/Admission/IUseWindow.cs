namespace AiGateway.Admission;

/// <summary>A time in which use is counted. Not thread-safe.</summary>
internal interface IUseWindow
{
    /// <summary>What was used in the window that is open now.</summary>
    long Sum(Moment now);

    /// <summary>Uses an amount.</summary>
    void Add(Moment now, long amount);

    /// <summary>Gives back what was used before this process knew of it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="ago">How long ago it was used.</param>
    /// <param name="amount">How much.</param>
    void Restore(Moment now, TimeSpan ago, long amount);

    /// <summary>Takes back what was used or restored, where that is still in the window.</summary>
    /// <param name="now">The time.</param>
    /// <param name="then">When it was used.</param>
    /// <param name="amount">How much.</param>
    void TakeBack(Moment now, Moment then, long amount);

    /// <summary>The time until at least <paramref name="amount"/> of what is used now is forgotten; until all is when there is not so much.</summary>
    TimeSpan TimeUntilFree(Moment now, long amount);
}

/// <summary>An instant, by two clocks.</summary>
/// <param name="Ticks">By a clock that never goes back, and that counts from long before the process began.</param>
/// <param name="Utc">By the calendar's clock, which may be set.</param>
internal readonly record struct Moment(long Ticks, DateTimeOffset Utc);
