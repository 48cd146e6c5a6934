namespace AiGateway.Accounting;

/// <summary>USD per token by kind, with the rules for missing figures already applied.</summary>
/// <remarks>
/// Per token and not per million, so that a cost is one multiplication per kind and never a division: a decimal carries
/// 28 digits after the point, and the dearest price list has 10 before the shift by six.
/// </remarks>
internal sealed record TokenPrices
{
    /// <summary>Text input; null when tokens are not what is charged.</summary>
    public decimal? Input { get; init; }

    /// <summary>Text output; null for models without output (embeddings), and where only audio or image output has a price.</summary>
    public decimal? Output { get; init; }

    /// <summary>Input read from cache. Missing: no cache discount, as input.</summary>
    public decimal CachedInput { get; init; }

    /// <summary>Input written to cache with the short lifetime. Missing: writing is not charged apart, as input.</summary>
    public decimal CacheWrite { get; init; }

    /// <summary>Input written to cache for one hour; null when there is a short-lifetime price but none for this one.</summary>
    public decimal? CacheWrite1h { get; init; }

    /// <summary>Input written to cache for twelve hours; null when there is a short-lifetime price but none for this one.</summary>
    public decimal? CacheWrite12h { get; init; }

    /// <summary>Reasoning output; null: as output.</summary>
    public decimal? Reasoning { get; init; }

    /// <summary>Citation tokens. Missing: as input.</summary>
    public decimal Citation { get; init; }

    /// <summary>Audio input. Missing: as text.</summary>
    public decimal AudioInput { get; init; }

    /// <summary>Audio input read from cache. Missing: as audio where audio has a price of its own, else as cached text.</summary>
    public decimal AudioCachedInput { get; init; }

    /// <summary>Audio output; null: as text.</summary>
    public decimal? AudioOutput { get; init; }

    /// <summary>Image input. Missing: as text.</summary>
    public decimal ImageInput { get; init; }

    /// <summary>Image input read from cache. Missing: as images where they have a price of their own, else as cached text.</summary>
    public decimal ImageCachedInput { get; init; }

    /// <summary>Image output; null: as text.</summary>
    public decimal? ImageOutput { get; init; }

    /// <summary>Video input. Missing: as text.</summary>
    public decimal VideoInput { get; init; }

    /// <summary>Video output; null: as text.</summary>
    public decimal? VideoOutput { get; init; }

    /// <summary>True when any kind of token has a price.</summary>
    public bool Any => Input is not null || Output is not null || AudioOutput is not null || ImageOutput is not null || VideoOutput is not null;

    /// <summary>The same prices times <paramref name="factor"/>.</summary>
    public TokenPrices Times(decimal factor) => new()
    {
        Input = Input * factor,
        Output = Output * factor,
        CachedInput = CachedInput * factor,
        CacheWrite = CacheWrite * factor,
        CacheWrite1h = CacheWrite1h * factor,
        CacheWrite12h = CacheWrite12h * factor,
        Reasoning = Reasoning * factor,
        Citation = Citation * factor,
        AudioInput = AudioInput * factor,
        AudioCachedInput = AudioCachedInput * factor,
        AudioOutput = AudioOutput * factor,
        ImageInput = ImageInput * factor,
        ImageCachedInput = ImageCachedInput * factor,
        ImageOutput = ImageOutput * factor,
        VideoInput = VideoInput * factor,
        VideoOutput = VideoOutput * factor,
    };
}
