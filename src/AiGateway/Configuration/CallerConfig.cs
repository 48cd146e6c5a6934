namespace AiGateway.Configuration;

/// <summary>A virtual key and its owner, as written.</summary>
internal sealed record CallerConfig
{
    /// <summary>Name of the key in records and metrics; unique.</summary>
    public string? Id { get; init; }

    /// <summary>SHA-256 of the key, <c>sha256:</c> and 64 hex digits; <c>AiGateway keys new</c> prints it.</summary>
    public string? KeyHash { get; init; }

    /// <summary>Project the key belongs to.</summary>
    public string? Project { get; init; }

    /// <summary>Team the project belongs to.</summary>
    public string? Team { get; init; }

    /// <summary>Organisation the team belongs to.</summary>
    public string? Organisation { get; init; }

    /// <summary>Tags for conditions and records.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Aliases the key may use, <c>*</c> allowed at the end. Default all.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Ids of providers whose own API the key may use through <c>/native/{provider}/…</c>, <c>*</c> allowed at the end. Default none.</summary>
    public IReadOnlyList<string> Native { get; init; } = [];

    /// <summary>Instant from which the key is refused. Default never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When true the key is refused. Default false.</summary>
    public bool Disabled { get; init; }
}

/// <summary>Largest accepted request bodies, in bytes.</summary>
internal sealed record BodyLimitsConfig
{
    /// <summary>JSON bodies. Default 20 MiB.</summary>
    public long? Json { get; init; }

    /// <summary>Audio uploads. Default 25 MiB, which is OpenAI's own limit.</summary>
    public long? Audio { get; init; }

    /// <summary>Image uploads. Default 50 MiB.</summary>
    public long? Images { get; init; }

    /// <summary>Bodies of native requests. Default: as <see cref="Json"/>.</summary>
    public long? Native { get; init; }

    /// <summary>Uploads beyond this are spooled to a temporary file. Default 1 MiB.</summary>
    public long? Memory { get; init; }
}

/// <summary>Cross-origin access for browsers.</summary>
internal sealed record CorsConfig
{
    /// <summary>Allowed origins; <c>*</c> for all. Default none: no CORS headers are sent.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>How long a browser may keep a preflight answer. Default 600 s.</summary>
    public TimeSpan? MaxAge { get; init; }
}

/// <summary>An operator's price for <c>provider/model</c>; decimal strings, USD.</summary>
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

    /// <summary>Per million reasoning tokens. Default: as output.</summary>
    public decimal? Reasoning { get; init; }

    /// <summary>Per request, on top. Default 0.</summary>
    public decimal? PerRequest { get; init; }

    /// <summary>Per image in the answer. Default 0.</summary>
    public decimal? PerImage { get; init; }

    /// <summary>Per million characters of text to be spoken. Default 0.</summary>
    public decimal? Per1mCharacters { get; init; }

    /// <summary>Per hour of sound that is transcribed. Default 0.</summary>
    public decimal? PerAudioHour { get; init; }

    /// <summary>Whether it has any price, and not a discount alone.</summary>
    public bool HasPrice => this is not { Input: null, Output: null, CachedInput: null, CacheWrite: null, Reasoning: null, PerRequest: null, PerImage: null, Per1mCharacters: null, PerAudioHour: null };

    /// <summary>Share taken off the list price, 0 to 1, where only a discount is given. Default 0.</summary>
    public decimal? Discount { get; init; }
}
