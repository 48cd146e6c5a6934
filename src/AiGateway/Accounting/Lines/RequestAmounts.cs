using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Lines;

/// <summary>What a line's <c>request</c> says that no usage holds. The names are those of the providers' own requests, so that a request body can stand there as it was.</summary>
internal sealed class RequestAmounts
{
    private const string DefaultSize = "1024x1024";
    private const string DefaultQuality = "standard";

    private long? _images;
    private long? _characters;
    private long? _webSearches;
    private long? _fileSearches;
    private long? _searchUnits;
    private long? _pages;
    private long? _textMessages;
    private decimal? _seconds;
    private string? _size;
    private string? _quality;
    private string? _searchContextSize;
    private bool _isAnnotated;

    /// <summary>Reads a <c>request</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="amounts">Receives what it says.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ReadOnlySpan<byte> json, out RequestAmounts amounts)
    {
        amounts = new RequestAmounts();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (amounts.ReadMember(ref reader) is { } wrong)
            {
                return wrong;
            }
        }
        return null;
    }

    /// <summary>Adds what the request says to what was reported, which counts where both say it.</summary>
    /// <param name="usage">What was reported; null for nothing.</param>
    /// <param name="model">What is priced: its kind says what <c>n</c> and <c>seconds</c> are of.</param>
    /// <param name="api">The endpoint.</param>
    public Usage AddTo(Usage? usage, ModelPrice? model, string api)
    {
        usage ??= new Usage();
        var isVideo = model?.Mode is "video" || api.StartsWith("video", StringComparison.OrdinalIgnoreCase);
        var isImage = model?.Mode is "image" || api.StartsWith("image", StringComparison.OrdinalIgnoreCase);
        var detail = usage.Detail ?? new UsageDetail();
        return usage with
        {
            Images = isImage && usage.Images == 0 ? _images ?? 1 : usage.Images,
            Characters = usage.Characters == 0 ? _characters ?? 0 : usage.Characters,
            SearchUnits = usage.SearchUnits == 0 ? _searchUnits ?? 0 : usage.SearchUnits,
            WebSearches = usage.WebSearches == 0 ? _webSearches ?? 0 : usage.WebSearches,
            AudioSeconds = usage.AudioSeconds == 0 && !isVideo ? _seconds ?? 0 : usage.AudioSeconds,
            Detail = detail with
            {
                Size = isImage ? _size ?? DefaultSize : _size,
                Quality = isImage ? _quality ?? DefaultQuality : _quality,
                SearchContextSize = detail.SearchContextSize ?? _searchContextSize,
                VideoSeconds = isVideo ? (_seconds ?? 0) * (_images ?? 1) : 0,
                Pages = detail.Pages == 0 ? _pages ?? 0 : detail.Pages,
                AreAnnotated = _isAnnotated,
                FileSearches = _fileSearches ?? 0,
                TextMessages = _textMessages ?? 0,
            },
        };
    }

    private string? ReadMember(ref Utf8JsonReader reader)
    {
        var name = reader.GetString()!;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        switch (name)
        {
            case "n" or "images" or "samples" or "sampleCount" or "numberOfImages" or "number_of_images":
                return ReadCount(ref reader, name, ref _images);
            case "characters":
                return ReadCount(ref reader, name, ref _characters);
            case "input" or "text" when reader.TokenType == JsonTokenType.String:
                _characters ??= reader.GetString()!.EnumerateRunes().Count();
                return null;
            case "seconds" or "duration" or "duration_seconds" or "durationSeconds" or "audio_seconds":
                return ReadSeconds(ref reader, name);
            case "web_searches" or "web_search_requests" or "num_search_queries":
                return ReadCount(ref reader, name, ref _webSearches);
            case "file_searches":
                return ReadCount(ref reader, name, ref _fileSearches);
            case "search_units":
                return ReadCount(ref reader, name, ref _searchUnits);
            case "pages":
                if (reader.TokenType == JsonTokenType.StartArray)
                {
                    // Mistral's own request lists the pages to read; how many were read stands in its usage.
                    reader.Skip();
                    return null;
                }
                return ReadCount(ref reader, name, ref _pages);
            case "text_messages":
                return ReadCount(ref reader, name, ref _textMessages);
            case "annotated":
                _isAnnotated |= reader.TokenType == JsonTokenType.True;
                reader.Skip();
                return null;
            case "document_annotation_format" or "bbox_annotation_format":
                _isAnnotated = true;
                reader.Skip();
                return null;
            case "size" or "resolution":
                _size = SizeOf(ReadWord(ref reader)) ?? _size;
                return null;
            case "quality":
                _quality = ReadWord(ref reader) is { } quality and not "auto" ? quality : null;
                return null;
            case "search_context_size":
                return ReadSearchContextSize(ref reader);
            case "web_search_options" when reader.TokenType == JsonTokenType.StartObject:
                string? wrong = null;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isSize = reader.ValueTextEquals("search_context_size"u8);
                    reader.Read();
                    wrong ??= isSize ? ReadSearchContextSize(ref reader) : null;
                    reader.Skip();
                }
                return wrong;
            default:
                reader.Skip();
                return null;
        }
    }

    private static string? ReadWord(ref Utf8JsonReader reader)
    {
        var word = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= 64 ? reader.GetString() : null;
        reader.Skip();
        return word;
    }

    // Google names video sizes by their lines.
    private static string? SizeOf(string? word) => word?.ToLowerInvariant() switch
    {
        null or "" or "auto" => null,
        "720p" => "1280x720",
        "1080p" => "1920x1080",
        "4k" => "3840x2160",
        var size => size,
    };

    private string? ReadSearchContextSize(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        _searchContextSize = reader.TokenType == JsonTokenType.String ? SearchContextSizes.Of(reader.ValueSpan) : null;
        reader.Skip();
        return _searchContextSize is null ? "'search_context_size' must be low, medium or high" : null;
    }

    private static string? ReadCount(ref Utf8JsonReader reader, string name, ref long? count)
    {
        var isNumber = TryNumber(ref reader, out var number);
        reader.Skip();
        if (!isNumber || number != decimal.Truncate(number) || number is < 0 or > UsageNumbers.MostCounted)
        {
            return $"'{name}' of the request must be a whole number from 0 to {UsageNumbers.MostCounted.ToString(CultureInfo.InvariantCulture)}";
        }
        count = (long)number;
        return null;
    }

    private string? ReadSeconds(ref Utf8JsonReader reader, string name)
    {
        var isNumber = TryNumber(ref reader, out var number);
        reader.Skip();
        if (!isNumber || number is < 0 or > UsageNumbers.MostMeasured)
        {
            return $"'{name}' of the request must be a number from 0 to {UsageNumbers.MostMeasured.ToString(CultureInfo.InvariantCulture)}";
        }
        _seconds = number;
        return null;
    }

    private static bool TryNumber(ref Utf8JsonReader reader, out decimal number)
    {
        number = 0;
        return reader.TokenType switch
        {
            JsonTokenType.Number => reader.TryGetDecimal(out number),
            JsonTokenType.String => reader.ValueSpan.Length <= 40
                && decimal.TryParse(Encoding.UTF8.GetString(reader.ValueSpan), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
    }
}
