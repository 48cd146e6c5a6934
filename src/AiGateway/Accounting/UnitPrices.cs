namespace AiGateway.Accounting;

/// <summary>USD for what is not counted in tokens; null where there is no price.</summary>
internal sealed record UnitPrices
{
    /// <summary>No unit has a price.</summary>
    public static readonly UnitPrices None = new();

    /// <summary>Each request; with prices by search context size (Perplexity) the one for <c>low</c>, its default.</summary>
    public decimal? PerRequest { get; init; }

    /// <summary>Each request by search context size; null where the size does not matter.</summary>
    public PriceMap? RequestBySearch { get; init; }

    /// <summary>Each search unit of a rerank request.</summary>
    public decimal? PerSearch { get; init; }

    /// <summary>Each web search the provider ran.</summary>
    public decimal? PerWebSearch { get; init; }

    /// <summary>Each file search the provider ran.</summary>
    public decimal? PerFileSearch { get; init; }

    /// <summary>Each image in the answer; null also where the price depends on size and quality alone.</summary>
    public decimal? PerImage { get; init; }

    /// <summary>Each image by size, or by quality and size; null where they do not matter.</summary>
    public PriceMap? ImageBySize { get; init; }

    /// <summary>Each second of video in the answer; null also where the price depends on the size alone.</summary>
    public decimal? PerVideoSecond { get; init; }

    /// <summary>Each second of video by size; null where it does not matter.</summary>
    public PriceMap? VideoBySize { get; init; }

    /// <summary>Each 3,600 seconds of audio. By the hour, because a price per second is often no finite decimal.</summary>
    public decimal? PerAudioHour { get; init; }

    /// <summary>Each character of text to be spoken.</summary>
    public decimal? PerCharacter { get; init; }

    /// <summary>Each page that is read (OCR).</summary>
    public decimal? PerPage { get; init; }

    /// <summary>Each page that is read and annotated.</summary>
    public decimal? PerAnnotatedPage { get; init; }

    /// <summary>Each text message in a conversation in speech.</summary>
    public decimal? PerTextMessage { get; init; }

    /// <summary>Name of the first unit that has a price, for messages; null when none has one.</summary>
    public string? FirstName =>
        PerImage is not null || ImageBySize is not null ? "image" :
        PerVideoSecond is not null || VideoBySize is not null ? "second of video" :
        PerSearch is not null ? "search" :
        PerCharacter is not null ? "character" :
        PerAudioHour is not null ? "hour of audio" :
        PerPage is not null ? "page" :
        null;

    /// <summary>The same prices times <paramref name="factor"/>.</summary>
    public UnitPrices Times(decimal factor) => new()
    {
        PerRequest = PerRequest * factor,
        RequestBySearch = RequestBySearch?.Times(factor),
        PerSearch = PerSearch * factor,
        PerWebSearch = PerWebSearch * factor,
        PerFileSearch = PerFileSearch * factor,
        PerImage = PerImage * factor,
        ImageBySize = ImageBySize?.Times(factor),
        PerVideoSecond = PerVideoSecond * factor,
        VideoBySize = VideoBySize?.Times(factor),
        PerAudioHour = PerAudioHour * factor,
        PerCharacter = PerCharacter * factor,
        PerPage = PerPage * factor,
        PerAnnotatedPage = PerAnnotatedPage * factor,
        PerTextMessage = PerTextMessage * factor,
    };
}
