namespace AiGateway.Configuration;

/// <summary>Periods of the calendar.</summary>
/// <param name="Unit">Which.</param>
/// <param name="TimeZone">Where they begin at midnight.</param>
internal sealed record CalendarPeriod(CalendarUnit Unit, TimeZoneInfo TimeZone)
{
    /// <summary>The period that an instant lies in. Where midnight is skipped by a change of clocks, the day begins with the first time there is; where it comes twice, with the first.</summary>
    public (DateTimeOffset Start, DateTimeOffset End) Around(DateTimeOffset instant)
    {
        var day = TimeZoneInfo.ConvertTime(instant, TimeZone).Date;
        var first = Unit switch
        {
            CalendarUnit.Day => day,
            CalendarUnit.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            CalendarUnit.Month => new DateTime(day.Year, day.Month, 1),
            _ => new DateTime(day.Year, 1, 1),
        };
        var next = Unit switch
        {
            CalendarUnit.Day => first.AddDays(1),
            CalendarUnit.Week => first.AddDays(7),
            CalendarUnit.Month => first.AddMonths(1),
            _ => first.AddYears(1),
        };
        return (Midnight(first), Midnight(next));
    }

    private DateTimeOffset Midnight(DateTime local)
    {
        while (TimeZone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }
        var offset = TimeZone.IsAmbiguousTime(local) ? TimeZone.GetAmbiguousTimeOffsets(local).Max() : TimeZone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}

/// <summary>Units of the calendar.</summary>
internal enum CalendarUnit
{
    /// <summary>From midnight.</summary>
    Day,

    /// <summary>From Monday.</summary>
    Week,

    /// <summary>From the first.</summary>
    Month,

    /// <summary>From the first of January.</summary>
    Year,
}
