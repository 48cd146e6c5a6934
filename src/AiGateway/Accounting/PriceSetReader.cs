using System.Globalization;
using System.Text.Json;

namespace AiGateway.Accounting;

/// <summary>Reads one price set of the price list.</summary>
internal static class PriceSetReader
{
    /// <summary>Reads the object that follows.</summary>
    /// <param name="reader">Before the object.</param>
    /// <param name="label">The set's name.</param>
    /// <param name="hours">When it applies, where it says so.</param>
    public static PriceSet Read(ref Utf8JsonReader reader, string label, out PeakHours? hours)
    {
        var figures = new TokenFigures();
        var units = UnitPrices.None;
        var tiers = new List<PriceTier>();
        (TimeSpan, TimeSpan)[]? windows = null;
        var days = 127;
        DateOnly[] except = [];
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidDataException($"Expected the price set '{label}' as an object.");
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "tiers":
                    ReadTiers(ref reader, label, tiers);
                    break;
                case "hours":
                    windows = [.. ReadTexts(ref reader).Select(ParseWindow)];
                    break;
                case "days":
                    days = ReadTexts(ref reader).Aggregate(0, (bits, day) => bits | (1 << ParseDay(day)));
                    break;
                case "except":
                    except = [.. ReadTexts(ref reader).Select(date => DateOnly.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture))];
                    break;
                default:
                    if (!TryReadToken(ref reader, name, ref figures))
                    {
                        units = ReadUnit(ref reader, name, units);
                    }
                    break;
            }
        }
        hours = windows is null ? null : new PeakHours(windows, days, except);
        tiers.Sort((left, right) => right.Above.CompareTo(left.Above));
        return new PriceSet { Label = label, Tokens = figures.Resolve(), Units = units, Tiers = [.. tiers] };
    }

    /// <summary>Whether a price set may have a member of this name.</summary>
    public static bool IsMember(string name) => name is
        "tiers" or "derived" or "input" or "output" or "cached_input" or "cache_write" or "cache_write_1h" or "cache_write_12h" or "reasoning" or "citation"
        or "audio_input" or "audio_output" or "audio_cached_input" or "image_input" or "image_output" or "image_cached_input" or "video_input" or "video_output"
        or "per_1k_requests" or "per_1k_searches" or "per_1k_web_searches" or "per_1k_file_searches" or "per_1k_text_messages" or "per_image" or "per_video_second"
        or "per_audio_hour" or "per_1m_characters" or "per_1k_pages" or "per_1k_annotated_pages";

    private static void ReadTiers(ref Utf8JsonReader reader, string label, List<PriceTier> tiers)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var figures = new TokenFigures();
            long? above = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name is "above_input_tokens")
                {
                    above = reader.GetInt64();
                }
                else if (!TryReadToken(ref reader, name, ref figures))
                {
                    throw new InvalidDataException($"'{name}' is not a token price.");
                }
            }
            tiers.Add(new PriceTier(above ?? throw new InvalidDataException("A tier has no 'above_input_tokens'."), figures.Resolve(), label + "+tier"));
        }
    }

    private static bool TryReadToken(ref Utf8JsonReader reader, string name, ref TokenFigures figures)
    {
        switch (name)
        {
            case "input": figures.Input = ReadPrice(ref reader); break;
            case "output": figures.Output = ReadPrice(ref reader); break;
            case "cached_input": figures.CachedInput = ReadPrice(ref reader); break;
            case "cache_write": figures.CacheWrite = ReadPrice(ref reader); break;
            case "cache_write_1h": figures.CacheWrite1h = ReadPrice(ref reader); break;
            case "cache_write_12h": figures.CacheWrite12h = ReadPrice(ref reader); break;
            case "reasoning": figures.Reasoning = ReadPrice(ref reader); break;
            case "citation": figures.Citation = ReadPrice(ref reader); break;
            case "audio_input": figures.AudioInput = ReadPrice(ref reader); break;
            case "audio_output": figures.AudioOutput = ReadPrice(ref reader); break;
            case "audio_cached_input": figures.AudioCachedInput = ReadPrice(ref reader); break;
            case "image_input": figures.ImageInput = ReadPrice(ref reader); break;
            case "image_output": figures.ImageOutput = ReadPrice(ref reader); break;
            case "image_cached_input": figures.ImageCachedInput = ReadPrice(ref reader); break;
            case "video_input": figures.VideoInput = ReadPrice(ref reader); break;
            case "video_output": figures.VideoOutput = ReadPrice(ref reader); break;
            default: return false;
        }
        return true;
    }

    private static UnitPrices ReadUnit(ref Utf8JsonReader reader, string name, UnitPrices units)
    {
        switch (name)
        {
            case "per_1k_requests":
                return units with { PerRequest = ReadPriceOrMap(ref reader, "low", out var bySearch) * 0.001m, RequestBySearch = bySearch?.Times(0.001m) };
            case "per_1k_searches":
                return units with { PerSearch = ReadPrice(ref reader) * 0.001m };
            case "per_1k_web_searches":
                return units with { PerWebSearch = ReadPrice(ref reader) * 0.001m };
            case "per_image":
                return units with { PerImage = ReadPriceOrMap(ref reader, "default", out var imageBySize), ImageBySize = imageBySize };
            case "per_video_second":
                return units with { PerVideoSecond = ReadPriceOrMap(ref reader, "default", out var videoBySize), VideoBySize = videoBySize };
            case "per_1k_pages":
                return units with { PerPage = ReadPrice(ref reader) * 0.001m };
            case "per_1k_annotated_pages":
                return units with { PerAnnotatedPage = ReadPrice(ref reader) * 0.001m };
            case "per_1k_file_searches":
                return units with { PerFileSearch = ReadPrice(ref reader) * 0.001m };
            case "per_1k_text_messages":
                return units with { PerTextMessage = ReadPrice(ref reader) * 0.001m };
            case "per_audio_hour":
                return units with { PerAudioHour = ReadPrice(ref reader) };
            case "per_1m_characters":
                return units with { PerCharacter = ReadPrice(ref reader) * 0.000001m };
            default:
                // A unit of a later list: nothing that a usage carries.
                reader.Skip();
                return units;
        }
    }

    // One price, or a map of which one key is the price of a request that says nothing.
    private static decimal? ReadPriceOrMap(ref Utf8JsonReader reader, string defaultKey, out PriceMap? map)
    {
        map = null;
        if (reader.TokenType == JsonTokenType.String)
        {
            return ReadPrice(ref reader);
        }
        decimal? price = null;
        var prices = new List<KeyValuePair<string, decimal>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var one = ReadPrice(ref reader);
            prices.Add(KeyValuePair.Create(name, one));
            price = name == defaultKey ? one : price;
        }
        map = prices is [{ Key: "default" }] ? null : new PriceMap([.. prices]);
        return price;
    }

    private static decimal ReadPrice(ref Utf8JsonReader reader) =>
        decimal.TryParse(reader.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price)
            ? price
            : throw new InvalidDataException($"'{reader.GetString()}' is not a price: a decimal number in quotes, not negative.");

    private static List<string> ReadTexts(ref Utf8JsonReader reader)
    {
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            texts.Add(reader.GetString()!);
        }
        return texts;
    }

    private static (TimeSpan, TimeSpan) ParseWindow(string text)
    {
        var dash = text.IndexOf('-');
        return dash < 0
            ? throw new InvalidDataException($"'{text}' is not a span of hours, HH:MM-HH:MM.")
            : (ParseTime(text[..dash]), ParseTime(text[(dash + 1)..]));
    }

    private static TimeSpan ParseTime(string text) =>
        text is "24:00" ? TimeSpan.FromDays(1) : TimeSpan.ParseExact(text, @"hh\:mm", CultureInfo.InvariantCulture);

    private static int ParseDay(string text) => text switch
    {
        "sun" => 0,
        "mon" => 1,
        "tue" => 2,
        "wed" => 3,
        "thu" => 4,
        "fri" => 5,
        "sat" => 6,
        _ => throw new InvalidDataException($"'{text}' is not a day: sun, mon, tue, wed, thu, fri, sat."),
    };
}
