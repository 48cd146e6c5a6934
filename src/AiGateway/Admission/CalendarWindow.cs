using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>What was used in the calendar's running day, week, month or year.</summary>
/// <remarks>A clock that is set back does not bring a past period back, nor its money: the running one goes on until it has passed.</remarks>
internal sealed class CalendarWindow(CalendarPeriod period) : IUseWindow
{
    private DateTimeOffset _end = DateTimeOffset.MinValue;
    private long _sum;

    /// <inheritdoc/>
    public long Sum(Moment now)
    {
        if (now.Utc >= _end)
        {
            _sum = 0;
            _end = period.Around(now.Utc).End;
        }
        return _sum;
    }

    /// <inheritdoc/>
    public void Add(Moment now, long amount)
    {
        Sum(now);
        _sum += amount;
    }

    /// <inheritdoc/>
    public void Restore(Moment now, TimeSpan ago, long amount)
    {
        Sum(now);
        if (now.Utc - ago >= period.Around(now.Utc).Start)
        {
            _sum += amount;
        }
    }

    /// <inheritdoc/>
    public void TakeBack(Moment now, Moment then, long amount)
    {
        // Of a past period nothing is left to take from.
        if (Sum(now) > 0 && then.Utc >= period.Around(_end.AddTicks(-1)).Start)
        {
            _sum -= amount;
        }
    }

    /// <inheritdoc/>
    public TimeSpan TimeUntilFree(Moment now, long amount) => Sum(now) == 0 ? TimeSpan.Zero : _end - now.Utc;
}
