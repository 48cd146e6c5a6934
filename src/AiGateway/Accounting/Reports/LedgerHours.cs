namespace AiGateway.Accounting.Reports;

/// <summary>The hours that the ledger sums by.</summary>
internal static class LedgerHours
{
    /// <summary>The beginning of an instant's hour, UTC.</summary>
    public static DateTimeOffset FullHour(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);
}
