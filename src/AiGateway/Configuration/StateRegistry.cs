using System.Collections.Concurrent;

namespace AiGateway.Configuration;

/// <summary>Gives each new snapshot the state of the one before: the same id finds the same object.</summary>
internal sealed class StateRegistry
{
    private readonly ConcurrentDictionary<string, DeploymentState> _deployments = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ProviderState> _providers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KeyState> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TagState> _tags = new(StringComparer.Ordinal);

    /// <summary>The state of a deployment.</summary>
    public DeploymentState Deployment(string id) => _deployments.GetOrAdd(id, static id => new DeploymentState(id));

    /// <summary>The state of a tag.</summary>
    public TagState Tag(string name) => _tags.GetOrAdd(name, static _ => new TagState());

    /// <summary>The state of a provider.</summary>
    public ProviderState Provider(string id) => _providers.GetOrAdd(id, static _ => new ProviderState());

    /// <summary>The state of a key, by the provider's id and the hash of the key's value.</summary>
    public KeyState Key(string providerId, string keyHash) => _keys.GetOrAdd($"{providerId}\n{keyHash}", static _ => new KeyState());
}
