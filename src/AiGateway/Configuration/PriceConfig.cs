namespace AiGateway.Configuration;

/// <summary>An operator's price for <c>provider/model</c>; decimal strings, USD. It has every unit of the price list that usage can carry, under the list's name.</summary>
internal sealed record PriceConfig
{
    /// <summary>Per million input tokens.</summary>
    public decimal? Input { get; init; }

    /// <summary>Per million output tokens.</summary>
    public decimal? Output { get; init; }

    /// <summary>Per million input tokens read from cache. Default: as input.</summary>
    public decimal? CachedInput { get; init; }

    /// <summary>Per million input tokens written to cache. Default: as input.</summary>
    public decimal? CacheWrite { get; init; }

    /// <summary>Per million input tokens written to cache for one hour. Default: as <see cref="CacheWrite"/>.</summary>
    public decimal? CacheWrite1h { get; init; }

    /// <summary>Per million input tokens written to cache for twelve hours. Default: as <see cref="CacheWrite"/>.</summary>
    public decimal? CacheWrite12h { get; init; }

    /// <summary>Per million reasoning tokens. Default: as output.</summary>
    public decimal? Reasoning { get; init; }

    /// <summary>Per million citation tokens. Default: as input.</summary>
    public decimal? Citation { get; init; }

    /// <summary>Per million input tokens of sound. Default: as input.</summary>
    public decimal? AudioInput { get; init; }

    /// <summary>Per million input tokens of sound read from cache. Default: as sound, else as <see cref="CachedInput"/>.</summary>
    public decimal? AudioCachedInput { get; init; }

    /// <summary>Per million output tokens of sound. Default: as output.</summary>
    public decimal? AudioOutput { get; init; }

    /// <summary>Per million input tokens of images. Default: as input.</summary>
    public decimal? ImageInput { get; init; }

    /// <summary>Per million input tokens of images read from cache. Default: as images, else as <see cref="CachedInput"/>.</summary>
    public decimal? ImageCachedInput { get; init; }

    /// <summary>Per million output tokens of images. Default: as output.</summary>
    public decimal? ImageOutput { get; init; }

    /// <summary>Per request, on top. Default 0.</summary>
    public decimal? PerRequest { get; init; }

    /// <summary>Per image in the answer. Default 0.</summary>
    public decimal? PerImage { get; init; }

    /// <summary>Per thousand search units of reranking. Default 0.</summary>
    public decimal? Per1kSearches { get; init; }

    /// <summary>Per thousand web searches that the provider ran. Default: unknown, unless there is a price per request.</summary>
    public decimal? Per1kWebSearches { get; init; }

    /// <summary>Per 3,600 seconds of sound. Default 0.</summary>
    public decimal? PerAudioHour { get; init; }

    /// <summary>Per million characters of text to be spoken. Default 0.</summary>
    public decimal? Per1mCharacters { get; init; }

    /// <summary>Share taken off the list price, 0 to 1, where no figures are given. Default 0.</summary>
    public decimal? Discount { get; init; }

    /// <summary>Share put on the list price, 0 to 1, where no figures are given: a region, a reseller's margin. Default 0.</summary>
    public decimal? Surcharge { get; init; }

    /// <summary>Whether any figure is given, so that the entry replaces the list's price instead of changing it.</summary>
    public bool HasPrice => this != new PriceConfig { Discount = Discount, Surcharge = Surcharge };

    /// <summary>What the list's price is multiplied with where no figures are given.</summary>
    public decimal Factor => (1 - (Discount ?? 0)) * (1 + (Surcharge ?? 0));
}
