namespace AiGateway.Accounting.Reports;

/// <summary>What the ledger sums by: the hours of UTC, and parts of those hours in which a day of some time zone begins.</summary>
/// <remarks>
/// Days of India, Nepal, Newfoundland and some others begin in the middle of an hour of UTC. That hour is summed in parts, so that
/// days, months, closings and budgets of every zone are whole sums: 37 sums a day in place of 24, where finer sums throughout would
/// be 96. A test holds this against all zones of the system's time zone data.
/// </remarks>
internal static class LedgerHours
{
    private const long QuarterHour = 900_000;
    private const int QuartersPerHour = 4;
    private const int QuartersPerDay = 96;

    // In UTC: Marquesas (-9:30), Newfoundland (-2:30, -3:30), Tehran (3:30), Kabul (4:30), Kolkata (5:30), Kathmandu (5:45),
    // Yangon (6:30), Eucla (8:45), Darwin (9:30), Adelaide and Lord Howe (10:30), Chatham (12:45, 13:45).
    private static readonly TimeOnly[] Midnights =
    [
        new(9, 30), new(2, 30), new(3, 30), new(20, 30), new(19, 30), new(18, 30), new(18, 15),
        new(17, 30), new(15, 15), new(14, 30), new(13, 30), new(11, 15), new(10, 15),
    ];

    // For each quarter hour of a day the one with which its sum begins.
    private static readonly byte[] Beginnings = MakeBeginnings();

    /// <summary>The beginning of what a time is summed in; both in Unix milliseconds.</summary>
    public static long Of(long at)
    {
        var quarter = Math.DivRem(at, QuarterHour, out var rest) - (rest < 0 ? 1 : 0);
        var ofDay = (int)(((quarter % QuartersPerDay) + QuartersPerDay) % QuartersPerDay);
        return (quarter - ofDay + Beginnings[ofDay]) * QuarterHour;
    }

    /// <summary>The beginning of what a time is summed in, UTC.</summary>
    public static DateTimeOffset Of(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(Of(time.ToUnixTimeMilliseconds()));

    /// <summary>The beginning of a time's hour of UTC; both in Unix milliseconds.</summary>
    public static long FullHour(long at) => at - (((at % (QuartersPerHour * QuarterHour)) + (QuartersPerHour * QuarterHour)) % (QuartersPerHour * QuarterHour));

    /// <summary>Whether a sum begins at a time, so that a period may begin or end there.</summary>
    public static bool IsBeginning(DateTimeOffset time) => Of(time) == time;

    private static byte[] MakeBeginnings()
    {
        var beginnings = new byte[QuartersPerDay];
        for (var quarter = 0; quarter < QuartersPerDay; quarter++)
        {
            var isBeginning = quarter % QuartersPerHour == 0 || Array.IndexOf(Midnights, TimeOnly.MinValue.AddMinutes(quarter * 15)) >= 0;
            beginnings[quarter] = isBeginning ? (byte)quarter : beginnings[quarter - 1];
        }
        return beginnings;
    }
}
