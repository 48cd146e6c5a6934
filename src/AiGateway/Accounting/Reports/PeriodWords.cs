using System.Globalization;

namespace AiGateway.Accounting.Reports;

/// <summary>Reads the ends of periods: dates, instants, and words for the current day and month.</summary>
internal static class PeriodWords
{
    /// <summary>What can be written.</summary>
    public const string Forms = "a date (2026-11-01), an instant (2026-11-01T12:00:00Z), or one of today, yesterday, tomorrow, this-month, last-month, next-month";

    /// <summary>The instant of a text; null when it is none of <see cref="Forms"/>.</summary>
    public static DateTimeOffset? Read(string text, TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var month = new DateTime(today.Year, today.Month, 1);
        DateTime? local = text switch
        {
            "today" => today,
            "yesterday" => today.AddDays(-1),
            "tomorrow" => today.AddDays(1),
            "this-month" => month,
            "last-month" => month.AddMonths(-1),
            "next-month" => month.AddMonths(1),
            _ when DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) => date,
            _ => null,
        };
        if (local is { } found)
        {
            return InstantOf(found, zone);
        }
        // With an offset only: an hour without one is another in each zone.
        return DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var instant)
            && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > "yyyy-MM-dd".Length) ? instant : null;
    }

    /// <summary>The instant of a local time; where clocks go forward over it, the next that there is; where it comes twice, the first.</summary>
    public static DateTimeOffset InstantOf(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
