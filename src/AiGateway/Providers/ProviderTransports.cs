using System.Collections.Concurrent;
using AiGateway.Configuration;

namespace AiGateway.Providers;

/// <summary>One long-lived connection pool per provider: a <see cref="SocketsHttpHandler"/> behind an <see cref="HttpMessageInvoker"/>.</summary>
/// <remarks>
/// A reload with other connection settings gets another pool; requests in flight keep theirs.
/// </remarks>
internal sealed class ProviderTransports(OutboundHandlers outbound, SimulatedProvider simulated) : IDisposable
{
    private readonly ConcurrentDictionary<PoolKey, HttpMessageInvoker> _pools = new();

    /// <summary>The pool of a provider.</summary>
    public HttpMessageInvoker For(ProviderModel provider, TimeSpan connectTimeout) =>
        _pools.GetOrAdd(new PoolKey(provider.Id, provider.BaseUrl, connectTimeout, provider.MaxConnections, provider.BaseUrl == ProviderPresets.SimulatedBaseUrl), static (key, self) => self.Create(key), this);

    public void Dispose()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Dispose();
        }
    }

    private HttpMessageInvoker Create(PoolKey key)
    {
        var handler = outbound.Create();
        handler.ConnectTimeout = key.ConnectTimeout;
        handler.MaxConnectionsPerServer = key.MaxConnections ?? int.MaxValue;
        handler.EnableMultipleHttp2Connections = true;
        if (key.IsSimulated)
        {
            handler.UseProxy = false;
            handler.ConnectCallback = (_, cancellationToken) => simulated.ConnectAsync(cancellationToken);
        }
        else if (key.BaseUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            handler.ConnectCallback = OutboundHandlers.ConnectAsync;
        }
        return new HttpMessageInvoker(handler, disposeHandler: true);
    }

    private readonly record struct PoolKey(string ProviderId, string BaseUrl, TimeSpan ConnectTimeout, int? MaxConnections, bool IsSimulated);
}
