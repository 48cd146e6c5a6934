using System.Globalization;
using System.Text.Json;

namespace AiGateway.Accounting.Lists;

/// <summary>Compares two price lists, figure by figure.</summary>
internal static class PriceListDiff
{
    /// <summary>What differs, in words, in the order of the newer file; removed entries come last.</summary>
    public static IReadOnlyList<string> Compare(PriceListText older, PriceListText newer)
    {
        var lines = new List<string>();
        var before = older.Entries.ToDictionary(entry => entry.Name, StringComparer.OrdinalIgnoreCase);
        var after = newer.Entries.ToDictionary(entry => entry.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in newer.Entries)
        {
            if (!before.TryGetValue(entry.Name, out var old))
            {
                lines.Add($"+ {entry.Name}");
                lines.AddRange(FiguresOf(newer, entry).Select(figure => $"    {figure.Key}: {figure.Value}"));
                continue;
            }
            var changes = Changes(FiguresOf(older, old), FiguresOf(newer, entry)).ToList();
            var names = entry.Model.Aliases.Except(old.Model.Aliases, StringComparer.OrdinalIgnoreCase).Select(static name => $"    alias + {name}")
                .Concat(old.Model.Aliases.Except(entry.Model.Aliases, StringComparer.OrdinalIgnoreCase).Select(static name => $"    alias - {name}"));
            changes.AddRange(names);
            if (changes.Count > 0)
            {
                lines.Add($"~ {entry.Name}");
                lines.AddRange(changes);
            }
        }
        lines.AddRange(older.Entries.Where(entry => !after.ContainsKey(entry.Name)).Select(static entry => $"- {entry.Name}"));
        return lines;
    }

    private static IEnumerable<string> Changes(Dictionary<string, string> old, Dictionary<string, string> now)
    {
        foreach (var (name, value) in now)
        {
            if (!old.TryGetValue(name, out var was))
            {
                yield return $"    {name}: new {value}";
            }
            else if (was != value)
            {
                yield return $"    {name}: {was} -> {value}{Percent(was, value)}";
            }
        }
        foreach (var (name, value) in old.Where(figure => !now.ContainsKey(figure.Key)))
        {
            yield return $"    {name}: gone (was {value})";
        }
    }

    private static string Percent(string was, string value) =>
        decimal.TryParse(was, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var old) && old != 0
        && decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var now)
            ? $" ({((now / old) - 1).ToString("+0.##%;-0.##%", CultureInfo.InvariantCulture)})"
            : "";

    // "from 2026-12-01, standard, input" → "2".
    private static Dictionary<string, string> FiguresOf(PriceListText list, PriceEntry entry)
    {
        var figures = new Dictionary<string, string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(list.JsonOf(entry));
        if (!document.RootElement.TryGetProperty("prices", out var periods) || periods.ValueKind != JsonValueKind.Array)
        {
            return figures;
        }
        foreach (var period in periods.EnumerateArray())
        {
            var from = period.TryGetProperty("from", out var start) ? $"from {start.GetString()}" : "from the start";
            if (period.TryGetProperty("until", out var until))
            {
                figures[$"{from}, until"] = until.GetString() ?? "";
            }
            foreach (var set in period.EnumerateObject().Where(static member => member.Value.ValueKind == JsonValueKind.Object))
            {
                Add(figures, $"{from}, {set.Name}", set.Value);
            }
        }
        return figures;
    }

    private static void Add(Dictionary<string, string> figures, string path, JsonElement element)
    {
        foreach (var member in element.EnumerateObject())
        {
            var name = $"{path}, {member.Name}";
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    Add(figures, name, member.Value);
                    break;
                case JsonValueKind.Array when member.Name is "tiers":
                    foreach (var tier in member.Value.EnumerateArray())
                    {
                        Add(figures, $"{path}, above {(tier.TryGetProperty("above_input_tokens", out var above) ? above.GetRawText() : "?")}", tier);
                    }
                    break;
                case JsonValueKind.String:
                    figures[name] = member.Value.GetString()!;
                    break;
                default:
                    if (member.Name is not ("derived" or "above_input_tokens"))
                    {
                        figures[name] = member.Value.GetRawText();
                    }
                    break;
            }
        }
    }
}
