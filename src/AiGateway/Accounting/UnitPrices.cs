namespace AiGateway.Accounting;

/// <summary>USD for what is not counted in tokens; null where there is no price.</summary>
internal sealed record UnitPrices
{
    /// <summary>No unit has a price.</summary>
    public static readonly UnitPrices None = new();

    /// <summary>Each request; with prices by search context size (Perplexity) the one for <c>low</c>, its default.</summary>
    public decimal? PerRequest { get; init; }

    /// <summary>Each search unit of a rerank request.</summary>
    public decimal? PerSearch { get; init; }

    /// <summary>Each web search the provider ran.</summary>
    public decimal? PerWebSearch { get; init; }

    /// <summary>Each image in the answer; null also where the price depends on size and quality.</summary>
    public decimal? PerImage { get; init; }

    /// <summary>True when images have prices, but by size and quality only.</summary>
    public bool PerImageBySize { get; init; }

    /// <summary>Each 3,600 seconds of audio. By the hour, because a price per second is often no finite decimal.</summary>
    public decimal? PerAudioHour { get; init; }

    /// <summary>Each character of text to be spoken.</summary>
    public decimal? PerCharacter { get; init; }

    /// <summary>Name of the first unit that has a price, for messages; null when none has one that an answer's usage can carry.</summary>
    public string? FirstName =>
        PerImage is not null || PerImageBySize ? "image" :
        PerSearch is not null ? "search" :
        PerCharacter is not null ? "character" :
        PerAudioHour is not null ? "hour of audio" :
        null;

    /// <summary>The same prices times <paramref name="factor"/>.</summary>
    public UnitPrices Times(decimal factor) => new()
    {
        PerRequest = PerRequest * factor,
        PerSearch = PerSearch * factor,
        PerWebSearch = PerWebSearch * factor,
        PerImage = PerImage * factor,
        PerImageBySize = PerImageBySize,
        PerAudioHour = PerAudioHour * factor,
        PerCharacter = PerCharacter * factor,
    };
}
