using System.Globalization;
using System.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Ledger;

/// <summary>The rarer units of a usage as one text: <c>images=2,web_searches=1</c>. The names are those of request records; null where all are 0.</summary>
internal static class UsageUnits
{
    /// <summary>The text.</summary>
    public static string? Format(Usage usage)
    {
        if ((usage.CacheWrite1hTokens | usage.CacheWrite12hTokens | usage.AudioInputTokens | usage.ImageInputTokens | usage.AudioOutputTokens | usage.ImageOutputTokens
            | (usage.CachedAudioInputTokens ?? 0) | (usage.CachedImageInputTokens ?? 0)
            | usage.CitationTokens | usage.SearchUnits | usage.WebSearches | usage.Images | usage.Characters) == 0 && usage.AudioSeconds == 0)
        {
            return null;
        }
        var text = new StringBuilder();
        Add(text, "cache_write_1h_tokens", usage.CacheWrite1hTokens);
        Add(text, "cache_write_12h_tokens", usage.CacheWrite12hTokens);
        Add(text, "audio_input_tokens", usage.AudioInputTokens);
        Add(text, "image_input_tokens", usage.ImageInputTokens);
        Add(text, "cached_audio_input_tokens", usage.CachedAudioInputTokens ?? 0);
        Add(text, "cached_image_input_tokens", usage.CachedImageInputTokens ?? 0);
        Add(text, "audio_output_tokens", usage.AudioOutputTokens);
        Add(text, "image_output_tokens", usage.ImageOutputTokens);
        Add(text, "citation_tokens", usage.CitationTokens);
        Add(text, "search_units", usage.SearchUnits);
        Add(text, "web_searches", usage.WebSearches);
        Add(text, "images", usage.Images);
        Add(text, "characters", usage.Characters);
        Add(text, "audio_seconds", usage.AudioSeconds);
        return text.ToString();
    }

    /// <summary>The usage with the units of a text.</summary>
    /// <exception cref="InvalidDataException">It is no such text.</exception>
    public static Usage Parse(string? text, Usage usage)
    {
        if (text is null)
        {
            return usage;
        }
        foreach (var unit in text.Split(','))
        {
            var equals = unit.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !decimal.TryParse(unit.AsSpan(equals + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > long.MaxValue)
            {
                throw new InvalidDataException($"'{unit}' is no unit of usage.");
            }
            usage = unit.AsSpan(0, equals) switch
            {
                "cache_write_1h_tokens" => usage with { CacheWrite1hTokens = (long)count },
                "cache_write_12h_tokens" => usage with { CacheWrite12hTokens = (long)count },
                "audio_input_tokens" => usage with { AudioInputTokens = (long)count },
                "image_input_tokens" => usage with { ImageInputTokens = (long)count },
                "cached_audio_input_tokens" => usage with { CachedAudioInputTokens = (long)count },
                "cached_image_input_tokens" => usage with { CachedImageInputTokens = (long)count },
                "audio_output_tokens" => usage with { AudioOutputTokens = (long)count },
                "image_output_tokens" => usage with { ImageOutputTokens = (long)count },
                "citation_tokens" => usage with { CitationTokens = (long)count },
                "search_units" => usage with { SearchUnits = (long)count },
                "web_searches" => usage with { WebSearches = (long)count },
                "images" => usage with { Images = (long)count },
                "characters" => usage with { Characters = (long)count },
                "audio_seconds" => usage with { AudioSeconds = count },
                _ => throw new InvalidDataException($"'{unit}' is no unit of usage."),
            };
        }
        return usage;
    }

    private static void Add(StringBuilder text, string name, decimal count)
    {
        if (count != 0)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append('=').Append(UsdText.Format(count));
        }
    }
}
