using System.Globalization;
using System.Text.Json;

namespace AiGateway.Accounting.Lists;

/// <summary>Finds what is wrong with a price list, and what is probably not meant.</summary>
internal static class PriceListChecker
{
    private const decimal DearestToken = 2000;
    private const decimal Jump = 10;

    private static readonly HashSet<string> EntryMembers = ["model", "aliases", "match", "mode", "kind", "context_window", "max_input_tokens", "max_output_tokens", "release_date", "retired", "status", "notes", "demonstration", "prices"];
    private static readonly HashSet<string> SetNames = ["standard", "peak", "batch", "flex", "priority", "fast"];

    /// <summary>Checks a list.</summary>
    /// <param name="file">Its bytes.</param>
    /// <returns>Everything that was found, in the order of the file.</returns>
    public static IReadOnlyList<PriceFinding> Check(byte[] file)
    {
        var findings = new List<PriceFinding>();
        PriceListText text;
        try
        {
            text = new PriceListText(file);
        }
        catch (JsonException exception)
        {
            return [new PriceFinding((int)(exception.LineNumber ?? 0) + 1, true, $"This is not valid JSON at byte {(exception.BytePositionInLine ?? 0).ToString(CultureInfo.InvariantCulture)} of the line. Nothing else was checked.")];
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            return [new PriceFinding(0, true, $"This is not a price list: {exception.Message}")];
        }
        foreach (var provider in text.Regional.Keys.Where(name => !text.Sections.ContainsKey(name)))
        {
            findings.Add(new PriceFinding(0, false, $"'regional' names the provider '{provider}', which has no entries."));
        }
        foreach (var entry in text.Entries)
        {
            CheckEntry(text, entry, findings);
        }
        foreach (var provider in text.Entries.GroupBy(entry => entry.Provider, StringComparer.OrdinalIgnoreCase))
        {
            CheckNames(text, [.. provider], findings);
        }
        return [.. findings.OrderBy(finding => finding.Line)];
    }

    private static void CheckEntry(PriceListText text, PriceEntry entry, List<PriceFinding> findings)
    {
        var line = text.LineOf(entry.Start);
        try
        {
            foreach (var pattern in entry.Model.Patterns)
            {
                pattern.Check();
            }
            using var document = JsonDocument.Parse(text.JsonOf(entry));
            CheckMembers(document.RootElement, entry, line, findings);
            CheckPeriods(text.PriceOf(entry), entry, line, findings);
        }
        catch (Exception exception) when (exception is InvalidDataException or ArgumentException or JsonException or InvalidOperationException or FormatException)
        {
            findings.Add(new PriceFinding(line, true, $"{entry.Name}: {exception.Message}"));
        }
    }

    private static void CheckMembers(JsonElement root, PriceEntry entry, int line, List<PriceFinding> findings)
    {
        Known(root, EntryMembers.Contains, "of an entry");
        if (!root.TryGetProperty("prices", out var periods) || periods.ValueKind != JsonValueKind.Array)
        {
            return;
        }
        foreach (var period in periods.EnumerateArray())
        {
            Known(period, static name => name is "from" or "until" || SetNames.Contains(name), "of a period");
            foreach (var set in period.EnumerateObject().Where(static member => member.Value.ValueKind == JsonValueKind.Object))
            {
                Known(set.Value, name => PriceSetReader.IsMember(name) || (set.Name is "peak" && name is "hours" or "days" or "except"), $"of the price set '{set.Name}'");
            }
        }

        void Known(JsonElement element, Func<string, bool> isKnown, string where)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var member in element.EnumerateObject())
            {
                if (!seen.Add(member.Name))
                {
                    findings.Add(new PriceFinding(line, true, $"{entry.Name}: '{member.Name}' is there twice; the second would count."));
                }
                else if (!isKnown(member.Name))
                {
                    findings.Add(new PriceFinding(line, true, $"{entry.Name}: '{member.Name}' is no member {where}, so that it has no effect."));
                }
            }
        }
    }

    private static void CheckPeriods(ModelPrice model, PriceEntry entry, int line, List<PriceFinding> findings)
    {
        if (model.Periods.Length == 0)
        {
            findings.Add(new PriceFinding(line, true, $"{entry.Name}: there is no period, so that its price is never known."));
        }
        for (var i = 0; i < model.Periods.Length; i++)
        {
            var period = model.Periods[i];
            if (period.From >= period.Until)
            {
                findings.Add(new PriceFinding(line, true, $"{entry.Name}: the period from {Day(period.From)} ends on {Day(period.Until)}, before it begins."));
            }
            CheckSets(model, period, entry, line, findings);
            if (i == 0)
            {
                continue;
            }
            var before = model.Periods[i - 1];
            if (before.Until is null || period.From is null || before.Until > period.From)
            {
                findings.Add(new PriceFinding(line, true, $"{entry.Name}: the periods from {Day(before.From)} and from {Day(period.From)} overlap. Let the earlier end where the later begins, and order them by time."));
            }
            else if (before.Until < period.From)
            {
                findings.Add(new PriceFinding(line, false, $"{entry.Name}: between {Day(before.Until)} and {Day(period.From)} no period holds: the price is unknown there."));
            }
            CheckJump(before.Standard.Tokens.Input, period.Standard.Tokens.Input, "input");
            CheckJump(before.Standard.Tokens.Output, period.Standard.Tokens.Output, "output");

            void CheckJump(decimal? old, decimal? now, string what)
            {
                if (old > 0 && now > 0 && (now > old * Jump || old > now * Jump))
                {
                    findings.Add(new PriceFinding(line, false, $"{entry.Name}: '{what}' jumps from {PerMillion(old)} to {PerMillion(now)} on {Day(period.From)}. Is the unit right (USD per million tokens)?"));
                }
            }
        }
    }

    private static void CheckSets(ModelPrice model, PricePeriod period, PriceEntry entry, int line, List<PriceFinding> findings)
    {
        var standard = period.Standard;
        if (!standard.Tokens.Any && ReferenceEquals(standard.Units, UnitPrices.None))
        {
            Suspect("there is no price at all in 'standard'");
        }
        else if (model.Mode is "chat" && standard.Tokens.Input is not null && standard.Tokens.Output is null)
        {
            Suspect("a chat model without 'output': every answer's cost is unknown");
        }
        foreach (var (name, set) in period.Tiers.Append(KeyValuePair.Create("standard", standard)))
        {
            var tokens = set.Tokens;
            if (tokens.Input * 1_000_000 > DearestToken || tokens.Output * 1_000_000 > DearestToken)
            {
                Suspect($"'{name}' costs more than {DearestToken.ToString(CultureInfo.InvariantCulture)} USD per million tokens. Is the unit right?");
            }
            if (tokens.CachedInput > tokens.Input)
            {
                Suspect($"in '{name}' input read from cache costs more than other input");
            }
            if (name is "batch" or "flex" && (tokens.Input > standard.Tokens.Input || tokens.Output > standard.Tokens.Output))
            {
                Suspect($"'{name}' costs more than 'standard'");
            }
            if (name is "priority" or "fast" && (tokens.Input < standard.Tokens.Input || tokens.Output < standard.Tokens.Output))
            {
                Suspect($"'{name}' costs less than 'standard'");
            }
            foreach (var tier in set.Tiers)
            {
                if (tier.Tokens.Input < tokens.Input || tier.Tokens.Output < tokens.Output)
                {
                    Suspect($"in '{name}' prompts above {tier.Above.ToString(CultureInfo.InvariantCulture)} tokens cost less than shorter ones");
                }
            }
        }

        void Suspect(string what) => findings.Add(new PriceFinding(line, false, $"{entry.Name}: {what}."));
    }

    private static void CheckNames(PriceListText text, PriceEntry[] entries, List<PriceFinding> findings)
    {
        var exact = new Dictionary<string, PriceEntry>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries)
        {
            foreach (var name in entry.Model.Aliases.Prepend(entry.Model.Name))
            {
                if (!exact.TryAdd(name, entry))
                {
                    findings.Add(new PriceFinding(text.LineOf(entry.Start), true, $"{entry.Name}: the name '{name}' is there already, in line {text.LineOf(exact[name].Start)}; that one counts."));
                }
            }
        }
        var index = new ProviderPrices("", default, [.. entries.Select(entry => entry.Model)]);
        for (var i = 0; i < entries.Length; i++)
        {
            foreach (var sample in entries[i].Model.Patterns.SelectMany(static pattern => pattern.Samples()))
            {
                var winner = index.FindByPattern(sample);
                if (winner >= 0 && winner != i && !exact.ContainsKey(sample))
                {
                    findings.Add(new PriceFinding(text.LineOf(entries[i].Start), false, $"{entries[i].Name}: its pattern for '{sample}' is shadowed by {entries[winner].Name} in line {text.LineOf(entries[winner].Start)}."));
                }
            }
        }
    }

    private static string Day(DateTimeOffset? instant) => instant?.UtcDateTime.ToString(instant.Value.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture) ?? "ever";

    private static string PerMillion(decimal? price) => Pipeline.UsdText.Format((price ?? 0) * 1_000_000);
}
