using System.Globalization;
using AiGateway.Configuration.Validation;

namespace AiGateway.Accounting.Reports;

/// <summary>What a report is asked for: by options of the command line, or by query parameters of the same names.</summary>
/// <param name="Sums">What is summed.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Limit">How many groups are written at most.</param>
/// <param name="Offset">How many are passed over before them.</param>
/// <param name="Currency">Code of the currency that amounts are shown in.</param>
internal sealed record ReportQuery(LedgerQuery Sums, ReportFormat Format, int Limit, int Offset, string Currency = CurrencyRates.Usd)
{
    /// <summary>Longest period: what is beyond is a slip of the pen.</summary>
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(3_700);

    /// <summary>The <c>as_of</c> of figures that no restatement has changed.</summary>
    public const string Recorded = "recorded";

    private static readonly string[] Formats = ["table", "csv", "json"];

    /// <summary>All names that are read.</summary>
    public static IReadOnlyList<string> Names { get; } = ["from", "to", "by", "tz", "as_of", "currency", "format", "limit", "offset", "tag", .. LedgerDimensions.Filters.Select(LedgerDimensions.NameOf)];

    /// <summary>Reads a report's parameters.</summary>
    /// <param name="values">The values that were given for a name; none when it was not.</param>
    /// <param name="now">The time, for words such as <c>today</c>.</param>
    /// <param name="standard">The format when none is given.</param>
    /// <param name="problem">What is wrong, and the way out; null when nothing is.</param>
    public static ReportQuery? TryRead(Func<string, IEnumerable<string>> values, DateTimeOffset now, ReportFormat standard, out string? problem)
    {
        var zone = TimeZoneInfo.Utc;
        if (Last(values, "tz") is { } name && !TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone!))
        {
            problem = $"'tz' is '{Short(name)}', which is no time zone. Write one of the IANA database, such as Europe/Berlin, or UTC.";
            return null;
        }
        var from = PeriodWords.Read(Last(values, "from") ?? "this-month", zone, now);
        var to = PeriodWords.Read(Last(values, "to") ?? "next-month", zone, now);
        if (from is null || to is null)
        {
            var which = from is null ? "from" : "to";
            problem = $"'{which}' is '{Short(Last(values, which)!)}'. Write {PeriodWords.Forms}.";
            return null;
        }
        if (ProblemOf(from.Value, to.Value) is { } wrong)
        {
            problem = wrong;
            return null;
        }
        if (!TryAsOf(Last(values, "as_of"), zone, now, out var asOf, out problem))
        {
            return null;
        }
        var currency = Last(values, "currency") ?? CurrencyRates.Usd;
        if (!CurrencyValidator.IsCode(currency))
        {
            problem = $"'currency' is '{Short(currency)}'. Write the three capital letters of ISO 4217: EUR.";
            return null;
        }
        var by = new List<LedgerDimension>();
        foreach (var word in values("by").SelectMany(static list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            if (LedgerDimensions.Find(word) is not { } dimension)
            {
                problem = $"'by' names '{Short(word)}'. Known: {string.Join(", ", LedgerDimensions.Names)}, and tag:NAME.";
                return null;
            }
            if (!by.Contains(dimension))
            {
                by.Add(dimension);
            }
        }
        var format = Last(values, "format");
        if (format is not null && !Formats.Contains(format))
        {
            problem = $"'format' is '{Short(format)}'. Known: {string.Join(", ", Formats)}.";
            return null;
        }
        if (!TryCount(values, "limit", int.MaxValue, out var limit, out problem) || !TryCount(values, "offset", 0, out var offset, out problem))
        {
            return null;
        }
        var where = LedgerDimensions.Filters.Select(dimension => (dimension, wanted: values(LedgerDimensions.NameOf(dimension)).ToList()))
            .Where(static filter => filter.wanted.Count > 0).ToDictionary(static filter => filter.dimension, static filter => (IReadOnlyList<string>)filter.wanted);
        foreach (var filter in values("tag"))
        {
            var equals = filter.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || LedgerDimensions.Find($"tag:{filter[..equals]}") is not { } tag)
            {
                problem = $"'tag' is '{Short(filter)}'. Write a tag and its value: application=chat.";
                return null;
            }
            where[tag] = [.. where.GetValueOrDefault(tag, []), filter[(equals + 1)..]];
        }
        return new ReportQuery(
            new LedgerQuery { From = from.Value, To = to.Value, Zone = zone, By = by, Where = where, AsOf = asOf },
            format is null ? standard : (ReportFormat)Array.IndexOf(Formats, format), limit, offset, currency);
    }

    private static string? ProblemOf(DateTimeOffset from, DateTimeOffset to)
    {
        if (from >= to)
        {
            return $"'from' ({from:yyyy-MM-dd'T'HH:mm'Z'}) is not before 'to' ({to:yyyy-MM-dd'T'HH:mm'Z'}). 'to' is not included: a day is from=2026-11-01 to=2026-11-02.";
        }
        if (to - from > LongestPeriod)
        {
            return $"The period is longer than {LongestPeriod.TotalDays:0} days.";
        }
        return LedgerHours.IsBeginning(from) && LedgerHours.IsBeginning(to) ? null
            : "Sums are kept by the hour of UTC, and the period does not begin and end with one. Give days, or instants at full hours of UTC.";
    }

    private static bool TryAsOf(string? text, TimeZoneInfo zone, DateTimeOffset now, out DateTimeOffset? asOf, out string? problem)
    {
        asOf = text is null ? null : text == Recorded ? DateTimeOffset.MinValue : PeriodWords.Read(text, zone, now);
        problem = text is null || asOf is not null ? null : $"'as_of' is '{Short(text)}'. Write '{Recorded}' for the figures without restatements, or {PeriodWords.Forms}: restatements from before then count.";
        return problem is null;
    }

    private static bool TryCount(Func<string, IEnumerable<string>> values, string name, int standard, out int count, out string? problem)
    {
        problem = null;
        count = standard;
        if (Last(values, name) is { } text && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count))
        {
            problem = $"'{name}' is '{Short(text)}', which is no whole number from 0 on.";
            return false;
        }
        return true;
    }

    private static string? Last(Func<string, IEnumerable<string>> values, string name) => values(name).LastOrDefault();

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
