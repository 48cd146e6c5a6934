using System.Net;
using System.Net.Sockets;

namespace AiGateway.Providers.Credentials;

/// <summary>The connections over which tokens are fetched: <c>host.outbound</c> holds for them as for providers, but what gives the machine its own identity is asked directly.</summary>
internal sealed class TokenTransport : IDisposable
{
    private readonly Lazy<SocketsHttpHandler> _handler;
    private readonly Lazy<HttpMessageInvoker> _invoker;

    public TokenTransport(OutboundHandlers outbound)
    {
        _handler = new(() =>
        {
            var handler = outbound.Create();
            // What SDKs do with an answer computes.
            handler.ConnectCallback = OutboundHandlers.ConnectAsync;
            handler.Proxy = outbound.Proxy is { } proxy ? new ProxyForOthers(proxy) : null;
            return handler;
        });
        _invoker = new(() => new HttpMessageInvoker(_handler.Value, disposeHandler: false));
    }

    /// <summary>For SDKs, which must not dispose it.</summary>
    public HttpMessageHandler Handler => _handler.Value;

    /// <summary>Sends a request.</summary>
    public HttpMessageInvoker Invoker => _invoker.Value;

    public void Dispose()
    {
        if (_handler.IsValueCreated)
        {
            _handler.Value.Dispose();
        }
    }

    /// <summary>A proxy for all but the addresses at which a machine, a container or a pod finds its own credentials: no proxy could ask there in its name.</summary>
    internal sealed class ProxyForOthers(Uri address) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : address;

        /// <summary>Loopback (Azure App Service and Arc), link-local (instance metadata of all three clouds, ECS, EKS) with AWS's addresses of IPv6, and Google's name.</summary>
        public bool IsBypassed(Uri host)
        {
            if (host.IsLoopback || host.Host.Equals("metadata.google.internal", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
            if (!IPAddress.TryParse(host.DnsSafeHost, out var ip))
            {
                return false;
            }
            Span<byte> bytes = stackalloc byte[16];
            ip.TryWriteBytes(bytes, out _);
            return ip.AddressFamily == AddressFamily.InterNetwork ? bytes is [169, 254, ..] : ip.IsIPv6LinkLocal || bytes is [0xFD, 0x00, 0x0E, 0xC2, ..];
        }
    }
}
