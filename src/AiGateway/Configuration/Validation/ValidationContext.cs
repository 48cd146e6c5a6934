using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>What validators look at, and where they put what they find.</summary>
internal sealed class ValidationContext(BoundFile file, Findings findings, IReadOnlySet<string> providersOff, bool inContainer)
{
    /// <summary>The file's content.</summary>
    public GatewayConfig Config { get; } = file.Config;

    /// <summary>Optional providers that are off: their missing values are not errors.</summary>
    public IReadOnlySet<string> ProvidersOff { get; } = providersOff;

    /// <summary>True when the process runs in a container, where the default is to listen on all addresses.</summary>
    public bool InContainer { get; } = inContainer;

    /// <summary>Adds an error at <paramref name="path"/>.</summary>
    public void Error(ConfigPath path, string message) => findings.Error(file.Places.Find(path), message);

    /// <summary>Adds a warning at <paramref name="path"/>.</summary>
    public void Warning(ConfigPath path, string message) => findings.Warning(file.Places.Find(path), message);

    /// <summary>The text as it stands in the file, so that a value from the environment is not printed.</summary>
    public string Raw(ConfigPath path, string value) => file.Places.Find(path).Raw is { } raw && Interpolation.HasReference(raw) ? raw : value;

    /// <summary>Whether the value at <paramref name="path"/> could not be bound and has its error already.</summary>
    public bool IsWritten(ConfigPath path) => file.Places.Contains(path);

    /// <summary>The preset of a provider, or null when its kind is unknown.</summary>
    public static ProviderPreset? PresetOf(string id, ProviderConfig provider) => ProviderPresets.Find(provider.Kind ?? id);
}
