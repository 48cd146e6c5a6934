using System.Collections.Concurrent;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Providers;

/// <summary>Builds upstream addresses from configuration alone: nothing that a caller sends chooses host, scheme, port or path prefix.</summary>
internal sealed class UpstreamAddresses
{
    // Far above the deployments × operations of any real file; reached only when callers invent model names for an Azure wildcard.
    private const int MostCached = 10_000;
    private readonly ConcurrentDictionary<(string BaseUrl, Operation Operation, string? Model, string? ApiVersion), Uri> _cache = new();

    /// <summary>Where <paramref name="deployment"/> serves <paramref name="operation"/>.</summary>
    public Uri For(DeploymentModel deployment, Operation operation, string upstreamModel)
    {
        var provider = deployment.Provider;
        var key = (provider.BaseUrl, operation, IsPerModel(provider, operation) ? upstreamModel : null, provider.ApiVersion);
        if (_cache.TryGetValue(key, out var address))
        {
            return address;
        }
        address = Build(provider, operation, upstreamModel, "");
        if (_cache.Count < MostCached)
        {
            _cache.TryAdd(key, address);
        }
        return address;
    }

    /// <summary>Where a stored object of <paramref name="deployment"/> is.</summary>
    public static Uri ForStored(DeploymentModel deployment, StoredObject stored, string suffix)
    {
        var query = suffix.IndexOf('?', StringComparison.Ordinal);
        var (path, parameters) = query < 0 ? (suffix, "") : (suffix[..query], suffix[(query + 1)..]);
        var address = Build(deployment.Provider, Operation.StoredResponse, "", $"/{Segment(stored.UpstreamId)}{path}");
        return parameters.Length == 0 ? address : new Uri($"{address}{(address.Query.Length == 0 ? '?' : '&')}{parameters}");
    }

    /// <summary>Azure puts the deployment's name in the path, but for the operations that its v1 layout brought.</summary>
    private static bool IsPerModel(ProviderModel provider, Operation operation) =>
        provider.Preset.AzureLayout && operation is not (Operation.Responses or Operation.StoredResponse);

    /// <summary>One path segment: escaped, and never one that <see cref="Uri"/> would resolve away, which it does even when the dots are escaped.</summary>
    /// <exception cref="InvalidDataException">It is a segment of dots.</exception>
    private static string Segment(string text) => text is "." or ".."
        ? throw new InvalidDataException($"'{text}' cannot stand in an upstream path.") : Uri.EscapeDataString(text);

    private static Uri Build(ProviderModel provider, Operation operation, string upstreamModel, string below)
    {
        var path = provider.Preset.Paths.TryGetValue(operation, out var own) ? own : OperationTable.PathOf(operation);
        var address = !provider.Preset.AzureLayout ? $"{provider.BaseUrl}/{path}{below}"
            : IsPerModel(provider, operation) ? $"{provider.BaseUrl}/openai/deployments/{Segment(upstreamModel)}/{path}?api-version={provider.ApiVersion}"
            : $"{provider.BaseUrl}/openai/{path}{below}{VersionOfNewLayout(provider)}";
        return new Uri(address);
    }

    /// <summary>Azure refuses a dated version on its v1 layout ("api-version query parameter is not allowed when using /v1 path"); a word such as <c>preview</c> it takes.</summary>
    private static string VersionOfNewLayout(ProviderModel provider) =>
        provider.ApiVersion is { Length: > 0 } version && !char.IsAsciiDigit(version[0]) ? $"?api-version={version}" : "";
}
