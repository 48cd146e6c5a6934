using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.Configuration.Validation;
using AiGateway.Configuration.Yaml;
using AiGateway.Protocols.Chat;

namespace AiGateway.Configuration;

/// <summary>Turns a bound file into a snapshot: resolves secrets, validates, fills in defaults, leaves out what is off.</summary>
/// <param name="states">Where what runs is found again after a reload.</param>
/// <param name="environment">Looks an environment variable up.</param>
/// <param name="clock">For <see cref="Snapshot.LoadedAt"/>.</param>
internal sealed class SnapshotBuilder(StateRegistry states, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>The snapshot; null when there are errors, all of them in <paramref name="findings"/>.</summary>
    /// <param name="file">The bound file.</param>
    /// <param name="version">Its version.</param>
    /// <param name="folder">Its folder, for relative <c>file:</c> references.</param>
    /// <param name="findings">Collects errors and warnings.</param>
    public Snapshot? Build(BoundFile file, string version, string folder, Findings findings)
    {
        var secrets = new SecretResolver(environment, folder);
        var resolution = ProviderResolution.Resolve(file, findings, secrets);
        var off = resolution.Off.ToDictionary(provider => provider.Id, StringComparer.Ordinal);
        var inContainer = environment("DOTNET_RUNNING_IN_CONTAINER") is "true" or "1";
        ConfigValidator.Validate(new ValidationContext(file, findings, off.Keys.ToHashSet(StringComparer.Ordinal), inContainer));
        var host = HostModelBuilder.Build(file, inContainer, secrets, environment, findings);
        var webhooks = WebhookModelBuilder.Build(file, secrets, findings);
        if (findings.HasErrors)
        {
            return null;
        }

        var config = file.Config;
        var providers = config.Providers.Where(entry => !off.ContainsKey(entry.Key)).ToFrozenDictionary(
            entry => entry.Key, entry => Provider(entry.Key, entry.Value, resolution.On[entry.Key], config, secrets), StringComparer.Ordinal);
        var deployments = config.Deployments.Where(entry => providers.ContainsKey(entry.Value.Provider!)).ToFrozenDictionary(
            entry => entry.Key, entry => Deployment(entry.Key, entry.Value, providers[entry.Value.Provider!], config), StringComparer.Ordinal);
        var aliases = new AliasModelBuilder(config, deployments, off, new ValidationContext(file, findings, FrozenSet<string>.Empty, inContainer));
        return new Snapshot
        {
            Version = version,
            LoadedAt = clock.GetUtcNow(),
            Providers = providers,
            ProvidersOff = resolution.Off,
            Deployments = deployments,
            Native = providers.Values.ToFrozenDictionary(provider => provider.Id, provider => Native(provider, config), StringComparer.Ordinal),
            Aliases = new AliasTable(aliases.Build()),
            AliasesOff = aliases.Off,
            Callers = new CallerTable(config.Callers.Select(caller => (KeyHash.TryParse(caller.KeyHash!)!, Caller(caller)))),
            Limits = LimitModelBuilder.Build(config),
            Webhooks = webhooks,
            BodyLimits = Defaults.BodyLimits(config.BodyLimits),
            Realtime = Defaults.Realtime(config.Realtime),
            Cors = Defaults.Cors(config.Cors),
            Host = host,
            Prices = config.Prices.ToFrozenDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal),
            Tags = TagRules.Of(config.Tags, states),
            Config = config,
        };
    }

    private ProviderModel Provider(string id, ProviderConfig provider, ResolvedProvider resolved, GatewayConfig config, SecretResolver secrets)
    {
        var preset = ProviderPresets.Find(provider.Kind ?? id)!;
        var baseUrl = (provider.BaseUrl ?? preset.BaseUrl!).TrimEnd('/');
        if (new Uri(baseUrl).AbsolutePath == "/")
        {
            baseUrl += preset.DefaultPath;
        }
        if (DialectNames.Resolve(provider.Dialects) is { } dialects)
        {
            preset = preset with { Dialects = dialects, ModelDialects = [] };
        }
        return new ProviderModel
        {
            Id = id,
            Preset = preset,
            BaseUrl = baseUrl,
            Keys = [.. resolved.Keys.Select((key, index) => Key(id, index, key, preset))],
            ApiVersion = preset.AzureLayout ? provider.ApiVersion ?? preset.ApiVersion : null,
            Headers = resolved.Headers,
            Credentials = CredentialsModelBuilder.Build(provider, preset, baseUrl, secrets),
            NativeHeaders = [.. provider.NativeHeaders],
            Voices = provider.Voices,
            PricesFrom = provider.PricesFrom ?? preset.PricesFrom,
            ConnectTimeout = Defaults.Timeouts(provider.Timeouts, config.Timeouts).Connect,
            MaxConnections = provider.MaxConnections,
            State = states.Provider(id),
        };
    }

    private ProviderKey Key(string providerId, int index, Secret key, ProviderPreset preset)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.Reveal())));
        return new ProviderKey { Id = $"{providerId}#{index + 1}", HeaderValue = new Secret(preset.AuthPrefix + key.Reveal()), State = states.Key(providerId, hash) };
    }

    private DeploymentModel Deployment(string id, DeploymentConfig deployment, ProviderModel provider, GatewayConfig config)
    {
        var model = deployment.Model ?? id;
        var upstreamModel = model == "*" ? null : model;
        return new DeploymentModel
        {
            Id = id,
            Provider = provider,
            UpstreamModel = upstreamModel,
            UpstreamModelJson = upstreamModel is null ? default : Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(upstreamModel, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""),
            PriceAs = deployment.PriceAs,
            Price = deployment.Price,
            Timeouts = Defaults.Timeouts(deployment.Timeouts, config.Providers[provider.Id].Timeouts, config.Timeouts),
            Breaker = Defaults.Breaker(deployment.Breaker, config.Breaker),
            ContextWindow = deployment.ContextWindow,
            Supports = ModelCapabilities.Parse(deployment.Supports),
            Dialects = DialectNames.Resolve(deployment.Dialects) ?? (upstreamModel is null ? null : provider.Preset.DialectsOf(upstreamModel)),
            Operations = OperationNames.Resolve(deployment.Operations),
            State = states.Deployment(id),
        };
    }

    private DeploymentModel Native(ProviderModel provider, GatewayConfig config) => new()
    {
        Id = "_native/" + provider.Id,
        Provider = provider,
        UpstreamModelJson = default,
        Timeouts = Defaults.Timeouts(config.Providers[provider.Id].Timeouts, config.Timeouts),
        Breaker = Defaults.Breaker(config.Breaker, config.Breaker),
        State = states.Deployment("_native/" + provider.Id),
    };

    private static CallerModel Caller(CallerConfig caller) => new()
    {
        Id = caller.Id!,
        Project = caller.Project,
        Team = caller.Team,
        Organisation = caller.Organisation,
        Tags = [.. caller.Tags],
        AllowsEverything = caller.Aliases.Count == 0 || caller.Aliases.Contains("*", StringComparer.Ordinal),
        AllowedNames = [.. caller.Aliases.Where(name => !name.EndsWith('*'))],
        AllowedPrefixes = [.. caller.Aliases.Where(name => name.EndsWith('*')).Select(name => name[..^1])],
        Native = [.. caller.Native],
        Priority = caller.Priority is { } priority ? PriorityNames.Parse(priority)!.Value : RequestPriority.Standard,
        Expires = caller.Expires,
        Disabled = caller.Disabled,
    };
}
