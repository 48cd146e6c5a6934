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

    /// <summary>Who goes first where requests wait for a limit: <c>interactive</c>, <c>standard</c> (default) or <c>batch</c>.</summary>
    public string? Priority { get; init; }

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

    /// <summary>Files, and batches of messages. Default 200 MiB, which is OpenAI's own limit of a batch's file.</summary>
    public long? Files { get; init; }

    /// <summary>Bodies of native requests. Default: as <see cref="Json"/>.</summary>
    public long? Native { get; init; }

    /// <summary>Uploads beyond this are spooled to a temporary file. Default 1 MiB.</summary>
    public long? Memory { get; init; }
}

/// <summary>Where files go that name no model.</summary>
internal sealed record FilesConfig
{
    /// <summary>Aliases, of which the first that the caller may use and whose provider takes files of the caller's form gets them. Default none: an upload must name its model.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

/// <summary>Cross-origin access for browsers.</summary>
internal sealed record CorsConfig
{
    /// <summary>Allowed origins; <c>*</c> for all. Default none: no CORS headers are sent.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>How long a browser may keep a preflight answer. Default 600 s.</summary>
    public TimeSpan? MaxAge { get; init; }
}
