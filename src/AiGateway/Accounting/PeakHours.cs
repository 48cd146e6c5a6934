namespace AiGateway.Accounting;

/// <summary>Hours of the day, in UTC, at which a peak price applies.</summary>
/// <param name="Windows">Start inclusive, end exclusive.</param>
/// <param name="Days">Days of the week as bits, Sunday the lowest; 127 for every day.</param>
/// <param name="Except">Dates on which no hour is a peak hour.</param>
internal sealed record PeakHours((TimeSpan From, TimeSpan Until)[] Windows, int Days, DateOnly[] Except)
{
    /// <summary>Whether <paramref name="at"/> is a peak hour.</summary>
    public bool Contains(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        if ((Days & (1 << (int)utc.DayOfWeek)) == 0 || Array.IndexOf(Except, DateOnly.FromDateTime(utc)) >= 0)
        {
            return false;
        }
        foreach (var (from, until) in Windows)
        {
            if (utc.TimeOfDay >= from && utc.TimeOfDay < until)
            {
                return true;
            }
        }
        return false;
    }
}
