using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Providers.Credentials;

/// <summary>The authorizers of all providers that are not convinced by keys: made by the first request that needs one, shared by equal settings, kept over reloads.</summary>
/// <remarks>The SDKs of the clouds are big; nothing of one is loaded before a provider with its credentials is asked.</remarks>
internal sealed partial class CredentialSources : IReloadObserver, IDisposable
{
    private readonly TimeProvider _clock;
    private readonly SnapshotHolder _snapshots;
    private readonly TokenTransport _transport;
    private readonly CredentialMetrics _metrics;
    private readonly ILogger<CredentialSources> _logger;
    private readonly ConcurrentDictionary<CredentialsModel, Lazy<Authorizer>> _byValue = new();

    // Found without hashing a dozen strings; the entries go with their snapshot.
    private readonly ConditionalWeakTable<CredentialsModel, Authorizer> _known = [];

    public CredentialSources(TimeProvider clock, SnapshotHolder snapshots, TokenTransport transport, CredentialMetrics metrics, ILogger<CredentialSources> logger)
    {
        (_clock, _snapshots, _transport, _metrics, _logger) = (clock, snapshots, transport, metrics, logger);
        metrics.ExpiryOf = model => _byValue.TryGetValue(model, out var authorizer) && authorizer.IsValueCreated ? authorizer.Value.ExpiresAt : null;
    }

    /// <summary>The authorizer for <paramref name="model"/>, which is neither of keys nor of callers.</summary>
    public Authorizer For(CredentialsModel model)
    {
        if (!_known.TryGetValue(model, out var authorizer))
        {
            authorizer = _byValue.GetOrAdd(model, key => new Lazy<Authorizer>(() => Create(key))).Value;
            _known.TryAdd(model, authorizer);
        }
        return authorizer;
    }

    /// <summary>Lets go of what the configuration in force does not name any more.</summary>
    public void OnReload(ReloadResult result)
    {
        if (!result.Succeeded)
        {
            return;
        }
        var named = _snapshots.Current.Providers.Values.Select(provider => provider.Credentials).ToHashSet();
        foreach (var model in _byValue.Keys.Where(model => !named.Contains(model)))
        {
            Remove(model);
        }
    }

    public void Dispose()
    {
        foreach (var model in _byValue.Keys)
        {
            Remove(model);
        }
    }

    private void Remove(CredentialsModel model)
    {
        if (_byValue.TryRemove(model, out var authorizer))
        {
            authorizer.Value.Retire();
        }
    }

    private Authorizer Create(CredentialsModel model) => model.Kind switch
    {
        CredentialsKind.Aws => Aws(model),
        CredentialsKind.Google => Google(model),
        CredentialsKind.Azure => Azure(model),
        _ => throw new ArgumentOutOfRangeException(nameof(model), model.Kind, "Credentials without a token."),
    };

    // One method for each SDK, so that none is loaded with another.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private SigV4Authorizer Aws(CredentialsModel model) => new(new TokenSource<SigV4Signer>(new AwsTokens(model, _transport, _clock).FetchAsync, _clock, Watch(model.Kind, "AWS")));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BearerAuthorizer Google(CredentialsModel model) => new(new TokenSource<Secret>(new GoogleTokens(model, _transport, _clock).FetchAsync, _clock, Watch(model.Kind, "Google")));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BearerAuthorizer Azure(CredentialsModel model) => new(new TokenSource<Secret>(new AzureTokens(model, _transport).FetchAsync, _clock, Watch(model.Kind, "Azure")));

    private Action<TimeSpan, string?> Watch(CredentialsKind kind, string cloud) => (took, cause) =>
    {
        _metrics.Fetched(kind, took, cause is null);
        if (cause is not null)
        {
            Log.Failed(_logger, cloud, cause);
        }
    };

    private static partial class Log
    {
        [LoggerMessage(4401, LogLevel.Warning, "No credentials of {Cloud}: {Cause}.")]
        public static partial void Failed(ILogger logger, string cloud, string cause);
    }
}
