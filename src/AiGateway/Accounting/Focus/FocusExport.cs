using System.Globalization;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Focus;

/// <summary>Makes the lines of one day from the ledger's rows, and checks them against its sums.</summary>
internal static class FocusExport
{
    /// <summary>The most lines of a day that are held in memory.</summary>
    public const int MostLines = 1_000_000;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>The lines of a day, in a fixed order. Their amounts sum to what the ledger says of the day, to the last digit.</summary>
    /// <param name="reader">The ledger.</param>
    /// <param name="day">The day's beginning, UTC.</param>
    /// <param name="options">How it is made.</param>
    /// <exception cref="LedgerStoreException">The ledger cannot be read, has no rows of that day any more, contradicts itself, or the day has too many lines.</exception>
    public static IReadOnlyList<FocusLine> Make(ILedgerReader reader, DateTimeOffset day, FocusOptions options)
    {
        var before = SumOf(reader, day);
        var lines = new Dictionary<FocusKey, FocusLine>();
        var tags = new FocusTags(options.Tags);
        var parts = new List<FocusPart>();
        try
        {
            reader.Read(day, call => Add(call, options, tags, parts, lines));
        }
        catch (InvalidDataException e)
        {
            throw new LedgerStoreException(e.Message, e);
        }
        var sum = lines.Values.Sum(static line => line.Amount);
        // What was appended meanwhile is in one of the two.
        if (sum != before && before == SumOf(reader, day))
        {
            throw new LedgerStoreException($"The rows of {Name(day)} sum to {UsdText.Format(sum)} USD, and the ledger's sums say {UsdText.Format(before)}. Nothing was written. 'AiGateway ledger verify' says whether it was changed.");
        }
        return [.. lines.Values.OrderBy(static line => line.Key.Start).ThenBy(static line => Order(line.Key), StringComparer.Ordinal)];
    }

    /// <summary>A day as files and messages name it.</summary>
    public static string Name(DateTimeOffset day) => day.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static decimal SumOf(ILedgerReader reader, DateTimeOffset day) => reader.Sum(new LedgerQuery { From = day, To = day + Day }).Sum(static group => group.Sums.Cost);

    private static void Add(LedgerCall call, FocusOptions options, FocusTags tags, List<FocusPart> parts, Dictionary<FocusKey, FocusLine> lines)
    {
        var line = call.Line;
        parts.Clear();
        FocusParts.Of(line, parts);
        if (parts.Count == 0)
        {
            return;
        }
        var start = new DateTimeOffset(call.At.UtcTicks - (call.At.UtcTicks % options.Period.Ticks), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var key = new FocusKey(
            start, call.Organisation ?? "", call.Team ?? "", call.Project ?? "", call.Caller, tags.Of(call.Tags), call.Alias ?? "", line.Provider, line.Deployment, line.Model,
            line.Kind, line.Cost?.PriceSet ?? "", line.Usage?.Detail?.Region ?? "", "", null, FocusStatus.Priced, line.Usage is { Estimated: true } || line.Cost is { IsEstimated: true }, line.Cost?.Unpriced ?? "");
        foreach (var part in parts)
        {
            var own = key with { Class = part.Class, UnitPrice = part.UnitPrice, Status = part.Status };
            if (!lines.TryGetValue(own, out var group))
            {
                lines[own] = group = lines.Count < MostLines ? new FocusLine(own, options.Period) : throw new LedgerStoreException(
                    $"{Name(call.At)} has more than {MostLines} lines. Name the tags that matter (tags=…; tags that differ in each request make a line of each), or take by=day.");
            }
            group.Add(part);
        }
    }

    private static string Order(in FocusKey key) => string.Join(
        '\u001f', key.Provider, key.Model, key.Deployment, key.Organisation, key.Team, key.Project, key.Caller, key.Alias, key.Tags, key.PriceSet, key.Class,
        ((int)key.Status).ToString(CultureInfo.InvariantCulture), key.UnitPrice is { } price ? UsdText.Format(price) : "", key.Region, key.IsEstimated ? "1" : "0", LedgerWords.Of(key.Kind), key.Unpriced);
}
