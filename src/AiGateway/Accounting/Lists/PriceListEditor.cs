using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AiGateway.Accounting.Lists;

/// <summary>Puts a new price into a price list, and leaves every other byte as it is.</summary>
internal static class PriceListEditor
{
    /// <summary>Adds a period, or a price set to the period that begins then; adds the entry where there is none.</summary>
    /// <param name="file">The list.</param>
    /// <param name="change">What is to hold, and from when.</param>
    /// <param name="edited">Receives the new list.</param>
    /// <returns>Why it cannot be done; null when it is.</returns>
    public static string? Apply(byte[] file, PriceChange change, out byte[] edited)
    {
        edited = file;
        var text = new PriceListText(file);
        var entry = text.Entries.FirstOrDefault(entry => Is(entry.Provider, change.Provider) && (Is(entry.Model.Name, change.Model) || entry.Model.Aliases.Any(name => Is(name, change.Model))));
        if (entry is null)
        {
            return AddEntry(file, text, change, out edited);
        }
        var price = text.PriceOf(entry);
        if (price.Periods.Length == 0)
        {
            return $"{entry.Name} has no periods: mend the list first ('prices check').";
        }
        var last = price.Periods[^1];
        var place = LastPeriodOf(text.JsonOf(entry).Span);
        var start = entry.Start + place.Start;
        if (last.From == change.From)
        {
            return ReplaceSet(file, start, change, out edited);
        }
        if (last.From is { } from && change.From < from)
        {
            return $"{entry.Name} has a period that begins later, on {Instant(from)}. A price can be added behind the last period only; for the past, edit line {text.LineOf(entry.Start)} by hand.";
        }
        if (last.Until is { } until && change.From < until)
        {
            return $"The last period of {entry.Name} ends on {Instant(until)} by itself. Begin there, or edit line {text.LineOf(entry.Start)} by hand.";
        }
        if (change.Tier != PriceChange.Standard)
        {
            return $"{entry.Name} has no period that begins on {Instant(change.From)}. Set its standard price from that day first, then '--tier {change.Tier}'.";
        }
        // :: The period before ends where the new one begins
        var end = entry.Start + place.End;
        var before = last.Until is null ? $"\"until\":\"{Instant(change.From)}\"," : "";
        edited = Splice(file, (AfterFrom(file, start), before), (end, "," + change.Period()));
        return null;
    }

    private static string? AddEntry(byte[] file, PriceListText text, PriceChange change, out byte[] edited)
    {
        edited = file;
        if (change.Tier != PriceChange.Standard)
        {
            return $"{change.Provider}/{change.Model} is not in the list. Set its standard price first.";
        }
        if (text.Sections.FirstOrDefault(provider => Is(provider.Key, change.Provider)) is not { Key: { } name, Value: var range })
        {
            return $"The list has no provider '{change.Provider}'. Known: {string.Join(", ", text.Sections.Keys.Order(StringComparer.Ordinal))}. For a provider of your own write the price into the routing file, under 'prices'.";
        }
        var last = text.Entries.LastOrDefault(entry => entry.Provider == name);
        var entry = $"{{\"model\":{JsonSerializer.Serialize(change.Model)},\"mode\":\"chat\",\"prices\":[{change.Period()}]}}";
        edited = last is null ? Splice(file, (range.Start.Value + 1, $"\n{entry}\n")) : Splice(file, (last.End, $",\n{entry}"));
        return null;
    }

    private static string? ReplaceSet(byte[] file, int start, PriceChange change, out byte[] edited)
    {
        var reader = new Utf8JsonReader(file.AsSpan(start));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSet = reader.ValueTextEquals(change.Tier);
            reader.Read();
            var from = start + (int)reader.TokenStartIndex;
            reader.Skip();
            if (isSet)
            {
                var to = start + (int)reader.BytesConsumed;
                edited = [.. file.AsSpan(0, from), .. Encoding.UTF8.GetBytes(change.Set()), .. file.AsSpan(to)];
                return null;
            }
        }
        edited = Splice(file, (start + (int)reader.TokenStartIndex, $",\"{change.Tier}\":{change.Set()}"));
        return null;
    }

    // The last object in the list "prices".
    private static (int Start, int End) LastPeriodOf(ReadOnlySpan<byte> entry)
    {
        var reader = new Utf8JsonReader(entry);
        reader.Read();
        var place = (Start: 0, End: 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPrices = reader.ValueTextEquals("prices"u8);
            reader.Read();
            if (!isPrices)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                place = (start, (int)reader.BytesConsumed);
            }
        }
        return place;
    }

    // Behind "from" and its comma, where a period begins with it: the order that the list has.
    private static int AfterFrom(byte[] file, int period)
    {
        var reader = new Utf8JsonReader(file.AsSpan(period));
        reader.Read();
        reader.Read();
        if (!reader.ValueTextEquals("from"u8))
        {
            return period + 1;
        }
        reader.Read();
        reader.Read();
        return period + (int)reader.TokenStartIndex;
    }

    private static byte[] Splice(byte[] file, params ReadOnlySpan<(int At, string Text)> insertions)
    {
        var result = new List<byte>(file.Length + 256);
        var from = 0;
        foreach (var (at, text) in insertions)
        {
            result.AddRange(file.AsSpan(from, at - from));
            result.AddRange(Encoding.UTF8.GetBytes(text));
            from = at;
        }
        result.AddRange(file.AsSpan(from));
        return [.. result];
    }

    private static bool Is(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(instant.UtcDateTime.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
