using System.Globalization;
using System.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Ledger;

/// <summary>The rarer units of a usage as one text: <c>images=2,size=1024x1024</c>. Counts have the names of request records, texts are escaped as in URLs; null where there is none.</summary>
internal static class UsageUnits
{
    private static readonly UsageDetail NoDetail = new();

    /// <summary>The text.</summary>
    /// <param name="usage">What was consumed.</param>
    /// <param name="shares">The shares of its cost that stand beside the units; null for none.</param>
    public static string? Format(Usage usage, string? shares)
    {
        var units = Format(usage);
        return units is null || shares is null ? units ?? shares : $"{units},{shares}";
    }

    /// <summary>The text without shares of the cost.</summary>
    public static string? Format(Usage usage)
    {
        if ((usage.CacheWrite1hTokens | usage.CacheWrite12hTokens | usage.AudioInputTokens | usage.ImageInputTokens | usage.AudioOutputTokens | usage.ImageOutputTokens
            | (usage.CachedAudioInputTokens ?? 0) | (usage.CachedImageInputTokens ?? 0)
            | usage.CitationTokens | usage.SearchUnits | usage.WebSearches | usage.Images | usage.Characters) == 0 && usage.AudioSeconds == 0 && usage.Requests == 1 && usage.Detail is null)
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
        if (usage.Requests != 1)
        {
            Append(text, "requests", usage.Requests);
        }
        if (usage.Detail is { } detail)
        {
            Add(text, detail);
        }
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
            if (CostShares.IsShare(unit))
            {
                continue;
            }
            var equals = unit.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0 && ParseText(unit.AsSpan(0, equals), unit[(equals + 1)..], usage.Detail ?? NoDetail) is { } worded)
            {
                usage = usage with { Detail = worded };
                continue;
            }
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
                "requests" => usage with { Requests = (long)count },
                var name => usage with { Detail = Parse(name, count, usage.Detail ?? NoDetail) ?? throw new InvalidDataException($"'{unit}' is no unit of usage.") },
            };
        }
        return usage;
    }

    private static void Add(StringBuilder text, UsageDetail detail)
    {
        Add(text, "video_input_tokens", detail.VideoInputTokens);
        Add(text, "video_output_tokens", detail.VideoOutputTokens);
        Add(text, "tool_prompt_tokens", detail.ToolPromptTokens);
        Add(text, "video_seconds", detail.VideoSeconds);
        Add(text, "pages", detail.Pages);
        Add(text, "annotated", detail.AreAnnotated ? 1 : 0);
        Add(text, "file_searches", detail.FileSearches);
        Add(text, "text_messages", detail.TextMessages);
        AddText(text, "search_context_size", detail.SearchContextSize);
        AddText(text, "region", detail.Region);
        AddText(text, "size", detail.Size);
        AddText(text, "quality", detail.Quality);
    }

    private static UsageDetail? Parse(ReadOnlySpan<char> name, decimal count, UsageDetail detail) => name switch
    {
        "video_input_tokens" => detail with { VideoInputTokens = (long)count },
        "video_output_tokens" => detail with { VideoOutputTokens = (long)count },
        "tool_prompt_tokens" => detail with { ToolPromptTokens = (long)count },
        "video_seconds" => detail with { VideoSeconds = count },
        "pages" => detail with { Pages = (long)count },
        "annotated" => detail with { AreAnnotated = count != 0 },
        "file_searches" => detail with { FileSearches = (long)count },
        "text_messages" => detail with { TextMessages = (long)count },
        _ => null,
    };

    private static UsageDetail? ParseText(ReadOnlySpan<char> name, string value, UsageDetail detail) => name switch
    {
        "search_context_size" => detail with { SearchContextSize = Uri.UnescapeDataString(value) },
        "region" => detail with { Region = Uri.UnescapeDataString(value) },
        "size" => detail with { Size = Uri.UnescapeDataString(value) },
        "quality" => detail with { Quality = Uri.UnescapeDataString(value) },
        _ => null,
    };

    private static void AddText(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(text.Length > 0 ? "," : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private static void Add(StringBuilder text, string name, decimal count)
    {
        if (count != 0)
        {
            Append(text, name, count);
        }
    }

    private static void Append(StringBuilder text, string name, decimal count) =>
        text.Append(text.Length == 0 ? "" : ",").Append(name).Append('=').Append(UsdText.Format(count));
}
