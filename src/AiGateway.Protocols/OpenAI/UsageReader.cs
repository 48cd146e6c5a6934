using System.Runtime.InteropServices;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Reads usage objects of every provider that speaks OpenAI's dialect, chat or Responses, text or not.</summary>
/// <remarks>
/// A count that is negative, above 10^12, fractional or no number is taken as not reported. What a provider reports is kept
/// even where it contradicts itself (OpenRouter has been seen with more reasoning than output): pricing must clamp.
/// </remarks>
public static class UsageReader
{
    private const long MostTokens = 1_000_000_000_000;
    private const decimal HighestCost = 1_000_000_000m;

    /// <summary>Reads one usage object, given as its JSON text.</summary>
    /// <returns>Null when it is no JSON object or reports nothing.</returns>
    public static Usage? Read(ReadOnlySpan<byte> usageObject, UsageRules rules)
    {
        try
        {
            var reader = new Utf8JsonReader(usageObject);
            return reader.Read() ? Read(ref reader, rules) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads the value at <paramref name="reader"/> and leaves the reader at its end.</summary>
    /// <returns>Null when it is no object or reports nothing.</returns>
    /// <exception cref="JsonException">The JSON is broken.</exception>
    public static Usage? Read(ref Utf8JsonReader reader, UsageRules rules)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        var counts = new Counts();
        ReadObject(ref reader, ref counts, Part.Whole);
        return counts.ToUsage(rules);
    }

    private enum Part
    {
        Whole,
        Input,
        Output,
        Cached,
        Cost,

        /// <summary>A member whose own members must not be taken for the whole's.</summary>
        Other,
    }

    private static void ReadObject(ref Utf8JsonReader reader, ref Counts counts, Part part)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            switch (part)
            {
                case Part.Whole:
                    ReadWhole(name, ref reader, ref counts);
                    break;
                case Part.Input:
                    ReadInput(name, ref reader, ref counts);
                    break;
                case Part.Output:
                    ReadOutput(name, ref reader, ref counts);
                    break;
                case Part.Cached:
                    ReadCached(name, ref reader, ref counts);
                    break;
                default:
                    if (name.SequenceEqual("total_cost"u8))
                        Cost(ref reader, ref counts);
                    else
                        Ignore(ref reader);
                    break;
            }
        }
    }

    private static void ReadWhole(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Counts counts)
    {
        switch (name.Length)
        {
            case 4 when name.SequenceEqual("cost"u8):
                Cost(ref reader, ref counts);
                break;
            case 7 when name.SequenceEqual("seconds"u8):
            case 20 when name.SequenceEqual("prompt_audio_seconds"u8):
                Seconds(ref reader, ref counts);
                break;
            case 12 when name.SequenceEqual("input_tokens"u8):
                // The Responses API: its output contains the reasoning, whoever speaks it.
                counts.IsResponse = true;
                Count(ref reader, ref counts.Input);
                break;
            case 13 when name.SequenceEqual("prompt_tokens"u8):
                Count(ref reader, ref counts.Input);
                break;
            case 12 when name.SequenceEqual("total_tokens"u8):
                Count(ref reader, ref counts.Total);
                break;
            case 12 when name.SequenceEqual("billed_units"u8):
                Inside(ref reader, ref counts, Part.Whole);
                break;
            case 12 when name.SequenceEqual("search_units"u8):
                Count(ref reader, ref counts.SearchUnits);
                break;
            case 13 when name.SequenceEqual("output_tokens"u8):
            case 17 when name.SequenceEqual("completion_tokens"u8):
                Count(ref reader, ref counts.Output);
                break;
            case 13 when name.SequenceEqual("cached_tokens"u8):
            case 17 when name.SequenceEqual("num_cached_tokens"u8):
            case 23 when name.SequenceEqual("prompt_cache_hit_tokens"u8):
                Count(ref reader, ref counts.Cached);
                break;
            case 15 when name.SequenceEqual("citation_tokens"u8):
                Count(ref reader, ref counts.Citation);
                break;
            case 15 when name.SequenceEqual("server_tool_use"u8):
            case 23 when name.SequenceEqual("server_tool_use_details"u8):
                Inside(ref reader, ref counts, Part.Whole);
                break;
            case 16 when name.SequenceEqual("reasoning_tokens"u8):
                Count(ref reader, ref counts.Reasoning);
                break;
            case 15 when name.SequenceEqual("pages_processed"u8):
                Count(ref reader, ref counts.Pages);
                break;
            case 19 when name.SequenceEqual("search_context_size"u8):
                reader.Read();
                counts.SearchContextSize = reader.TokenType == JsonTokenType.String ? SearchContextSizes.Of(reader.ValueSpan) : null;
                reader.Skip();
                break;
            case 18 when name.SequenceEqual("num_search_queries"u8):
            case 19 when name.SequenceEqual("web_search_requests"u8):
                Count(ref reader, ref counts.WebSearches);
                break;
            case 19 when name.SequenceEqual("input_token_details"u8):
            case 20 when name.SequenceEqual("input_tokens_details"u8) || name.SequenceEqual("prompt_token_details"u8):
            case 21 when name.SequenceEqual("prompt_tokens_details"u8):
                Inside(ref reader, ref counts, Part.Input);
                break;
            case 20 when name.SequenceEqual("output_token_details"u8):
            case 21 when name.SequenceEqual("output_tokens_details"u8):
            case 25 when name.SequenceEqual("completion_tokens_details"u8):
                Inside(ref reader, ref counts, Part.Output);
                break;
            case 18 when name.SequenceEqual("cache_write_tokens"u8):
            case 26 when name.SequenceEqual("cache_write_tokens_details"u8):
                ReadInput(name, ref reader, ref counts);
                break;
            default:
                Ignore(ref reader);
                break;
        }
    }

    private static void ReadInput(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Counts counts)
    {
        switch (name.Length)
        {
            case 13 when name.SequenceEqual("cached_tokens"u8):
                Count(ref reader, ref counts.Cached);
                break;
            case 18 when name.SequenceEqual("cache_write_tokens"u8):
                Count(ref reader, ref counts.Written);
                break;
            case 12 when name.SequenceEqual("audio_tokens"u8):
                Count(ref reader, ref counts.AudioInput);
                break;
            case 12 when name.SequenceEqual("image_tokens"u8):
                Count(ref reader, ref counts.ImageInput);
                break;
            case 12 when name.SequenceEqual("video_tokens"u8):
                Count(ref reader, ref counts.VideoInput);
                break;
            case 21 when name.SequenceEqual("cached_tokens_details"u8):
                Inside(ref reader, ref counts, Part.Cached);
                break;
            case 26 when name.SequenceEqual("cache_write_tokens_details"u8):
                Inside(ref reader, ref counts, Part.Input);
                break;
            case 14 when name.SequenceEqual("ttl_30m_tokens"u8):
                Count(ref reader, ref counts.Written30m);
                break;
            case 14 when name.SequenceEqual("ttl_12h_tokens"u8):
                Count(ref reader, ref counts.Written12h);
                break;
            default:
                Ignore(ref reader);
                break;
        }
    }

    private static void ReadCached(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Counts counts)
    {
        if (name.SequenceEqual("audio_tokens"u8))
            Count(ref reader, ref counts.CachedAudio);
        else if (name.SequenceEqual("image_tokens"u8))
            Count(ref reader, ref counts.CachedImages);
        else
            Ignore(ref reader);
    }

    private static void ReadOutput(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, ref Counts counts)
    {
        switch (name.Length)
        {
            case 16 when name.SequenceEqual("reasoning_tokens"u8):
                Count(ref reader, ref counts.Reasoning);
                break;
            case 12 when name.SequenceEqual("audio_tokens"u8):
                Count(ref reader, ref counts.AudioOutput);
                break;
            case 12 when name.SequenceEqual("image_tokens"u8):
                Count(ref reader, ref counts.ImageOutput);
                break;
            case 12 when name.SequenceEqual("video_tokens"u8):
                Count(ref reader, ref counts.VideoOutput);
                break;
            default:
                Ignore(ref reader);
                break;
        }
    }

    private static void Inside(ref Utf8JsonReader reader, ref Counts counts, Part part)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            ReadObject(ref reader, ref counts, part);
        else
            reader.Skip();
    }

    private static void Ignore(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Some providers give one count in two places, one of them 0: the larger counts.</summary>
    private static void Count(ref Utf8JsonReader reader, ref long? count)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value is >= 0 and <= MostTokens)
            count = Math.Max(count ?? 0, value);
        else
            reader.Skip();
    }

    private static void Seconds(ref Utf8JsonReader reader, ref Counts counts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var seconds) && seconds is >= 0 and <= MostTokens)
            counts.Seconds = seconds;
        else
            reader.Skip();
    }

    private static void Cost(ref Utf8JsonReader reader, ref Counts counts)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
            ReadObject(ref reader, ref counts, Part.Cost);
        else if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var cost) && cost is >= 0 and <= HighestCost)
            counts.Cost = cost;
        else
            reader.Skip();
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Counts
    {
        public long? Input;
        public long? Output;
        public long? Total;
        public long? Cached;
        public long? Written;
        public long? Written30m;
        public long? Written12h;
        public long? AudioInput;
        public long? ImageInput;
        public long? CachedAudio;
        public long? CachedImages;
        public long? Reasoning;
        public long? AudioOutput;
        public long? ImageOutput;
        public long? Citation;
        public long? SearchUnits;
        public long? WebSearches;
        public long? VideoInput;
        public long? VideoOutput;
        public long? Pages;
        public string? SearchContextSize;
        public bool IsResponse;
        public decimal? Seconds;
        public decimal? Cost;

        public readonly Usage? ToUsage(UsageRules rules)
        {
            var reportsAny = Input is not null || Output is not null || Total is not null || SearchUnits is not null
                || Seconds is not null || Cost is not null || Pages is not null;
            if (!reportsAny)
                return null;

            var output = Output ?? 0;
            if (rules.HasFlag(UsageRules.ReasoningApart) && !IsResponse)
                output += Reasoning ?? 0;
            var written12h = Written12h ?? 0;
            return new Usage
            {
                // Voyage and Jina give the total alone.
                InputTokens = Input ?? Math.Max(0, (Total ?? 0) - output),
                CachedInputTokens = Cached ?? 0,
                CacheWriteTokens = Written is { } written ? Math.Max(0, written - written12h) : Written30m ?? 0,
                CacheWrite12hTokens = written12h,
                AudioInputTokens = AudioInput ?? 0,
                ImageInputTokens = ImageInput ?? 0,
                CachedAudioInputTokens = CachedAudio,
                CachedImageInputTokens = CachedImages,
                OutputTokens = output,
                ReasoningTokens = Reasoning ?? 0,
                AudioOutputTokens = AudioOutput ?? 0,
                ImageOutputTokens = ImageOutput ?? 0,
                CitationTokens = Citation ?? 0,
                SearchUnits = SearchUnits ?? 0,
                WebSearches = WebSearches ?? 0,
                AudioSeconds = Seconds ?? 0,
                ReportedCost = Cost,
                Detail = ToDetail(),
            };
        }

        private readonly UsageDetail? ToDetail() =>
            SearchContextSize is null && ((VideoInput ?? 0) | (VideoOutput ?? 0) | (Pages ?? 0)) == 0
                ? null
                : new UsageDetail
                {
                    VideoInputTokens = VideoInput ?? 0,
                    VideoOutputTokens = VideoOutput ?? 0,
                    Pages = Pages ?? 0,
                    SearchContextSize = SearchContextSize,
                };
    }
}
