namespace AiGateway.Configuration.Runtime;

/// <summary>A team made at run time: what its keys have where they say nothing themselves.</summary>
internal sealed record TeamConfig
{
    /// <summary>Organisation the team belongs to.</summary>
    public string? Organisation { get; init; }

    /// <summary>Tags; a key's own of the same name come before them.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Aliases for keys that name none. Default all.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Providers' own APIs for keys that name none. Default none.</summary>
    public IReadOnlyList<string> Native { get; init; } = [];

    /// <summary>Priority of keys that say none, as in <see cref="CallerConfig.Priority"/>. Default standard.</summary>
    public string? Priority { get; init; }

    /// <summary>When true all its keys are refused. Default false.</summary>
    public bool Disabled { get; init; }

    /// <summary>A key's entry with what the team adds.</summary>
    public CallerConfig Complete(CallerConfig key) => key with
    {
        Organisation = key.Organisation ?? Organisation,
        Tags = Tags.Count == 0 ? key.Tags : new Dictionary<string, string>([.. Tags.Where(tag => !key.Tags.ContainsKey(tag.Key)), .. key.Tags]),
        Aliases = key.Aliases.Count == 0 ? Aliases : key.Aliases,
        Native = key.Native.Count == 0 ? Native : key.Native,
        Priority = key.Priority ?? Priority,
        Disabled = key.Disabled || Disabled,
    };
}
