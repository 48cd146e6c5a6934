using System.Globalization;
using System.Text.Json;
using AiGateway.Accounting;
using AiGateway.Accounting.Lists;

namespace AiGateway.Cli;

/// <summary><c>prices set</c>: a new price from a day on, in the price list itself.</summary>
internal sealed class PricesSetCommand(TextWriter output, TextWriter error, TimeProvider clock)
{
    private static readonly OrderedDictionary<string, string> FigureNames = new(StringComparer.Ordinal)
    {
        ["input"] = "input",
        ["output"] = "output",
        ["cached-input"] = "cached_input",
        ["cache-write"] = "cache_write",
        ["cache-write-1h"] = "cache_write_1h",
        ["reasoning"] = "reasoning",
        ["audio-input"] = "audio_input",
        ["audio-output"] = "audio_output",
        ["image-input"] = "image_input",
        ["image-output"] = "image_output",
        ["per-1k-requests"] = "per_1k_requests",
        ["per-1k-searches"] = "per_1k_searches",
        ["per-1k-web-searches"] = "per_1k_web_searches",
        ["per-audio-hour"] = "per_audio_hour",
        ["per-1m-characters"] = "per_1m_characters",
    };

    /// <summary>The options.</summary>
    public static readonly string[] Valued = ["model", "from", "tier", "file", "max-factor", .. FigureNames.Keys];

    private const decimal Dearest = 1_000_000;

    private static readonly string[] Tiers = ["standard", "batch", "flex", "priority", "fast"];

    private static readonly string[] TierMembers = ["batch", "flex", "priority", "fast", "peak"];

    /// <summary>0 when the list was written, 1 when the change was refused, 2 when the command line is wrong or the file cannot be read.</summary>
    public async Task<int> RunAsync(Options options, string path)
    {
        if (Parse(options, out var maxFactor, out var change) is { } problem)
        {
            await error.WriteLineAsync(problem);
            return ExitCode.Misuse;
        }
        try
        {
            var file = await File.ReadAllBytesAsync(path);
            if (PriceListEditor.Apply(file, change, out var edited) is { } refusal)
            {
                await error.WriteLineAsync(refusal);
                return ExitCode.Bad;
            }
            if (WhyNonsense(file, edited, change, maxFactor) is { } nonsense)
            {
                await error.WriteLineAsync($"{path} stays as it is. {nonsense}");
                return ExitCode.Bad;
            }
            await ReplaceAsync(path, edited);
            foreach (var line in PriceListDiff.Compare(new PriceListText(file), new PriceListText(edited)))
            {
                await output.WriteLineAsync(line);
            }
            await output.WriteLineAsync($"{path} is written. A running gateway reads it at its next start.");
            await WarnOfLossesAsync(edited, change);
            return ExitCode.Good;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or InvalidOperationException)
        {
            await error.WriteLineAsync($"'{path}' cannot be edited: {exception.Message} The list that comes with the gateway may be read-only: copy it, name the copy with '--file', and run the gateway with AIGATEWAY_PRICES={path}.");
            return ExitCode.Misuse;
        }
    }

    private string? Parse(Options options, out decimal maxFactor, out PriceChange change)
    {
        (change, maxFactor) = (new PriceChange("", "", "", default, []), 10);
        var model = options.Value("model") ?? "";
        var slash = model.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == model.Length - 1)
        {
            return "'prices set' needs '--model provider/model', for example openai/gpt-6-sol.";
        }
        if (!DateTimeOffset.TryParseExact(options.Value("from"), ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var from))
        {
            return "'prices set' needs '--from', a date (2026-12-01, midnight UTC) or an instant (2026-12-01T08:00:00Z).";
        }
        if (from.Year < 2020 || from > clock.GetUtcNow().AddYears(5))
        {
            return $"'--from {options.Value("from")}' is no day on which a price begins.";
        }
        var tier = options.Value("tier") ?? PriceChange.Standard;
        if (!Tiers.Contains(tier, StringComparer.Ordinal))
        {
            return $"'--tier {tier}' is none of {string.Join(", ", Tiers)}.";
        }
        if (options.Value("max-factor") is { } factor && (!decimal.TryParse(factor, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out maxFactor) || maxFactor <= 1))
        {
            return $"'--max-factor {factor}' is not a number above 1.";
        }
        var figures = new List<KeyValuePair<string, decimal>>();
        foreach (var (option, member) in FigureNames)
        {
            if (options.Value(option) is not { } written)
            {
                continue;
            }
            if (!decimal.TryParse(written, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var figure) || figure > Dearest)
            {
                return $"'--{option} {written}' is not a price: USD from 0 to {Dearest.ToString(CultureInfo.InvariantCulture)}, as a decimal number.";
            }
            figures.Add(KeyValuePair.Create(member, figure));
        }
        change = new PriceChange(model[..slash], model[(slash + 1)..], tier, from, figures);
        return figures.Count == 0 ? $"'prices set' needs at least one figure: {string.Join(", ", FigureNames.Keys.Select(static name => "--" + name))}." : null;
    }

    // What the check finds in the edited line and did not find before, and changes beyond what prices do.
    private static string? WhyNonsense(byte[] file, byte[] edited, PriceChange change, decimal maxFactor)
    {
        var before = PriceListChecker.Check(file).Select(static finding => finding.Message).ToHashSet(StringComparer.Ordinal);
        var entry = $"{change.Provider}/";
        if (PriceListChecker.Check(edited).FirstOrDefault(finding => !before.Contains(finding.Message) && !finding.Message.Contains(" jumps from ", StringComparison.Ordinal)
            && (finding.IsError || finding.Message.StartsWith(entry, StringComparison.OrdinalIgnoreCase))) is { } found)
        {
            return $"The new price makes no sense: {found.Message}";
        }
        var (old, now) = (StandardOf(file, change, change.From.AddTicks(-1)), StandardOf(edited, change, change.From));
        return old is null || now is null ? null
            : Jumps(old.Input, now.Input) ? $"'input' would change by more than the factor {maxFactor.ToString(CultureInfo.InvariantCulture)}. If that is right, say '--max-factor'."
            : Jumps(old.Output, now.Output) ? $"'output' would change by more than the factor {maxFactor.ToString(CultureInfo.InvariantCulture)}. If that is right, say '--max-factor'."
            : null;

        bool Jumps(decimal? from, decimal? to) => from > 0 && to > 0 && (to > from * maxFactor || from > to * maxFactor);
    }

    private static TokenPrices? StandardOf(byte[] file, PriceChange change, DateTimeOffset at) =>
        PriceCatalogue.Parse(file).Find(change.Provider, change.Model)?.PeriodAt(at)?.Standard.Tokens;

    // What the new period does not say is not what the one before said: in a price list a missing figure has a meaning.
    private async Task WarnOfLossesAsync(byte[] edited, PriceChange change)
    {
        var text = new PriceListText(edited);
        var name = PriceCatalogue.Parse(edited).Find(change.Provider, change.Model)!.Model;
        using var entry = JsonDocument.Parse(text.JsonOf(text.Entries.First(entry => entry.Model.Name == name && string.Equals(entry.Provider, change.Provider, StringComparison.OrdinalIgnoreCase))));
        var periods = entry.RootElement.GetProperty("prices");
        if (periods.GetArrayLength() < 2)
        {
            return;
        }
        var (before, now) = (periods[periods.GetArrayLength() - 2], periods[periods.GetArrayLength() - 1]);
        var sets = Lost(before, now).Where(static set => TierMembers.Contains(set, StringComparer.Ordinal)).ToList();
        if (sets.Count > 0)
        {
            await output.WriteLineAsync($"The prices for {string.Join(", ", sets)} of the period before do not go on: they are unknown from then. Set each with '--tier'.");
        }
        var figures = Lost(before.GetProperty(PriceChange.Standard), now.GetProperty(PriceChange.Standard)).Where(static figure => figure is not "derived").ToList();
        if (figures.Count > 0)
        {
            await output.WriteLineAsync($"The period before also has {string.Join(", ", figures)}; the new one does not, which means that there is no such price or discount. Give what still holds, for the same day.");
        }

        static IEnumerable<string> Lost(JsonElement before, JsonElement now) =>
            before.EnumerateObject().Select(static member => member.Name).Where(member => !now.TryGetProperty(member, out _) && member is not ("from" or "until"));
    }

    // A reader sees the old list or the new one, never half of one.
    private static async Task ReplaceAsync(string path, byte[] content)
    {
        var target = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        var temporary = $"{target}.{Environment.ProcessId}.new";
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await stream.WriteAsync(content);
                await stream.FlushAsync();
                RandomAccess.FlushToDisk(stream.SafeFileHandle);
            }
            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
