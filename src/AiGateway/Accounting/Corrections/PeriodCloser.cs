using System.Globalization;
using AiGateway.Accounting.Reports;

namespace AiGateway.Accounting.Corrections;

/// <summary>Closes months: from then on their figures stand, and what is found out of them later is an adjustment of the first open one.</summary>
internal sealed class PeriodCloser(ICorrectionStore store, TimeProvider clock)
{
    private const string MonthForm = "yyyy-MM";

    /// <summary>Closes a month, and with it all before.</summary>
    /// <param name="month">The month, <c>2026-10</c>.</param>
    /// <param name="zone">Where it begins and ends; null for that of the last closing, UTC for the first.</param>
    /// <param name="by">Who closes it.</param>
    /// <param name="reason">Why; null for no reason.</param>
    /// <param name="entry">Receives the entry that was added; null when the month cannot be closed.</param>
    /// <returns>Why it cannot be closed, and the way out; null when it was.</returns>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read or written.</exception>
    public string? Close(string month, string? zone, string by, string? reason, out Correction? entry)
    {
        entry = null;
        if (!DateTime.TryParseExact(month, MonthForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var begins) || begins.Year < 2000 || begins.Year > 9000)
        {
            return $"'{Short(month)}' is no month. Write it as 2026-10.";
        }
        var last = store.All().LastOrDefault(static known => known.Kind == CorrectionKind.Closing);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone ?? last?.Zone ?? "UTC", out var where))
        {
            return $"'{Short(zone ?? last?.Zone ?? "")}' is no time zone. Write one of the IANA database, such as Europe/Berlin, or UTC.";
        }
        if (last is not null && last.Zone != where.Id)
        {
            return $"Months are closed by {last.Zone} since {last.Subject}, and '--tz' is {where.Id}: hours would be in two months or in none. Leave '--tz' out.";
        }
        var (from, to, openUntil) = (PeriodWords.InstantOf(begins, where), PeriodWords.InstantOf(begins.AddMonths(1), where), PeriodWords.InstantOf(begins.AddMonths(2), where));
        if (Array.Exists([from, to, openUntil], static time => !LedgerHours.IsBeginning(time)))
        {
            return $"Sums are kept by the hour of UTC, and months of {where.Id} do not begin at one. Use '--tz UTC'.";
        }
        if (last is not null && to <= last.To)
        {
            return $"{month} is closed: {last.Subject} and everything before it was closed on {ReportColumns.Time(last.At)} by {last.By}. A closed month stays closed; corrections are adjustments of the next.";
        }
        var now = clock.GetUtcNow();
        if (now < to)
        {
            return $"{month} is not over before {ReportColumns.Time(to)}.";
        }
        entry = store.Add(new Correction
        {
            Kind = CorrectionKind.Closing,
            At = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()),
            By = by,
            Reason = reason,
            Subject = month,
            From = from,
            To = to,
            Zone = where.Id,
            OpenUntil = openUntil,
        });
        return null;
    }

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
