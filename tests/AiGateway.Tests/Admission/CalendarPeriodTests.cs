using System.Globalization;
using AiGateway.Admission;
using AiGateway.Configuration;

namespace AiGateway.Tests.Admission;

public sealed class CalendarPeriodTests
{
    [Theory]
    [InlineData("Day", "UTC", "2026-03-01T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("Week", "UTC", "2026-11-22T12:00:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z")]
    [InlineData("Week", "UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z")]
    [InlineData("Month", "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z")]
    [InlineData("Year", "UTC", "2026-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    // Clocks go forward on 29 March and back on 25 October 2026: days of 23 and 25 hours.
    [InlineData("Day", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("Day", "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    [InlineData("Month", "America/New_York", "2026-11-01T03:00:00Z", "2026-10-01T04:00:00Z", "2026-11-01T04:00:00Z")]
    // Midnight itself is skipped: 6 September 2026 begins at 01:00 in Santiago.
    [InlineData("Day", "America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z")]
    public void Around_IsThePeriodOfTheZone(string unit, string zone, string instant, string start, string end)
    {
        var period = new CalendarPeriod(Enum.Parse<CalendarUnit>(unit), TimeZoneInfo.FindSystemTimeZoneById(zone));

        var (from, until) = period.Around(At(instant));

        Assert.Equal(At(start), from);
        Assert.Equal(At(end), until);
    }

    [Fact]
    public void Window_BeginsAnewWithThePeriod_AndNotWhenTheClockIsSetBack()
    {
        var window = new CalendarWindow(new CalendarPeriod(CalendarUnit.Day, TimeZoneInfo.Utc));
        window.Add(new Moment(0, At("2026-05-01T10:00:00Z")), 7);

        Assert.Equal(7, window.Sum(new Moment(1, At("2026-05-01T23:59:59Z"))));
        Assert.Equal(TimeSpan.FromHours(1), window.TimeUntilFree(new Moment(1, At("2026-05-01T23:00:00Z")), 1));
        Assert.Equal(7, window.Sum(new Moment(2, At("2026-04-30T10:00:00Z"))));
        Assert.Equal(0, window.Sum(new Moment(3, At("2026-05-02T00:00:00Z"))));
        Assert.Equal(0, window.Sum(new Moment(4, At("2026-05-01T10:00:00Z"))));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
