namespace AiGateway.Accounting;

/// <summary>Token prices as a list gives them: USD per million, absent where the list says nothing.</summary>
internal struct TokenFigures
{
    private const decimal Millionth = 0.000001m;

    public decimal? Input;
    public decimal? Output;
    public decimal? CachedInput;
    public decimal? CacheWrite;
    public decimal? CacheWrite1h;
    public decimal? CacheWrite12h;
    public decimal? Reasoning;
    public decimal? Citation;
    public decimal? AudioInput;
    public decimal? AudioOutput;
    public decimal? AudioCachedInput;
    public decimal? ImageInput;
    public decimal? ImageOutput;
    public decimal? ImageCachedInput;
    public decimal? VideoInput;
    public decimal? VideoOutput;

    /// <summary>Prices per token, missing ones resolved.</summary>
    public readonly TokenPrices Resolve()
    {
        var input = (Input ?? 0) * Millionth;
        var cached = CachedInput * Millionth ?? input;
        var write = CacheWrite * Millionth ?? input;
        return new TokenPrices
        {
            Input = Input * Millionth,
            Output = Output * Millionth,
            CachedInput = cached,
            CacheWrite = write,
            // A list that charges for short writes but says nothing of long ones does not mean that long ones are free of charge.
            CacheWrite1h = CacheWrite1h * Millionth ?? (CacheWrite is null ? input : null),
            CacheWrite12h = CacheWrite12h * Millionth ?? (CacheWrite is null ? input : null),
            Reasoning = Reasoning * Millionth,
            Citation = Citation * Millionth ?? input,
            AudioInput = AudioInput * Millionth ?? input,
            AudioCachedInput = (AudioCachedInput ?? AudioInput) * Millionth ?? cached,
            AudioOutput = AudioOutput * Millionth,
            ImageInput = ImageInput * Millionth ?? input,
            ImageCachedInput = (ImageCachedInput ?? ImageInput) * Millionth ?? cached,
            ImageOutput = ImageOutput * Millionth,
            VideoInput = VideoInput * Millionth ?? input,
            VideoOutput = VideoOutput * Millionth,
        };
    }
}
