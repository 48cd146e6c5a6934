namespace AiGateway.Configuration;

/// <summary>An AI vendor endpoint with credentials, as written.</summary>
internal sealed record ProviderConfig
{
    /// <summary>Which preset gives base URL, auth header and quirks (<c>openai</c>, <c>azure</c>, <c>groq</c>, … <c>openai-compatible</c>, <c>simulated</c>). Default: the provider's id.</summary>
    public string? Kind { get; init; }

    /// <summary>Base URL up to where the dialect's paths begin, for example <c>https://api.openai.com/v1</c>. Default: the preset's.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Keys, used in rotation. Required where the preset needs one.</summary>
    public IReadOnlyList<SecretReference> Keys { get; init; } = [];

    /// <summary>With what the provider is convinced, where not with <see cref="Keys"/>. Default: keys; the kind's own where there are none.</summary>
    public CredentialsConfig? Credentials { get; init; }

    /// <summary>When true, missing environment references switch the provider off instead of failing the load. Default false.</summary>
    public bool Optional { get; init; }

    /// <summary>Azure's <c>api-version</c> query parameter. Default: the preset's.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Dialects of conversation it speaks, the one to translate to first (<c>openai</c>, <c>responses</c>, <c>anthropic</c>, …). Default: the preset's.</summary>
    public IReadOnlyList<string> Dialects { get; init; } = [];

    /// <summary>Headers added to each upstream request.</summary>
    public IReadOnlyDictionary<string, SecretReference> Headers { get; init; } = new Dictionary<string, SecretReference>();

    /// <summary>Names of further request headers that native requests may bring along. Default none.</summary>
    public IReadOnlyList<string> NativeHeaders { get; init; } = [];

    /// <summary>The provider's own names or ids for the voices that callers ask for (<c>alloy</c>). Default: as the caller says.</summary>
    public IReadOnlyDictionary<string, string> Voices { get; init; } = new Dictionary<string, string>();

    /// <summary>The provider name prices are looked up under. Default: the preset's.</summary>
    public string? PricesFrom { get; init; }

    /// <summary>Time-outs of this provider's deployments that do not say otherwise.</summary>
    public TimeoutsConfig Timeouts { get; init; } = new();

    /// <summary>Most connections per key-independent pool. Default unlimited.</summary>
    public int? MaxConnections { get; init; }
}
