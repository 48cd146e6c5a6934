using AiGateway.Accounting.Reports;
using AiGateway.TestKit;

namespace AiGateway.Tests.Accounting.Reports;

/// <summary>What the ledger sums by: days of every time zone are made of whole sums.</summary>
public sealed class LedgerHoursTests
{
    [Fact]
    public void DaysOfEveryZone_BeginWithASum()
    {
        var zones = TimeZoneInfo.GetSystemTimeZones();
        var wrong = new List<string>();
        foreach (var zone in zones)
        {
            // Two years have every rule of summer time that is in force.
            for (var day = new DateTime(2026, 1, 1); day.Year < 2028; day = day.AddDays(1))
            {
                var midnight = PeriodWords.InstantOf(day, zone);
                if (!LedgerHours.IsBeginning(midnight))
                {
                    wrong.Add($"{zone.Id} {midnight:O}");
                }
            }
        }

        Assert.True(zones.Count > 100);
        Assert.Empty(wrong);
    }

    [Fact]
    public void AnyTime_IsInTheSumThatBeginsLastBeforeIt()
    {
        var random = SeededRandom.From(5);
        for (var i = 0; i < 10_000; i++)
        {
            var at = random.NextInt64(-4_000_000_000_000, 4_000_000_000_000);
            var beginning = LedgerHours.Of(at);

            Assert.InRange(at - beginning, 0, 3_599_999);
            Assert.Equal(beginning, LedgerHours.Of(beginning));
            Assert.InRange(beginning - LedgerHours.FullHour(at), 0, 3_599_999);
            Assert.Equal(LedgerHours.FullHour(at), LedgerHours.FullHour(beginning));
        }
    }
}
