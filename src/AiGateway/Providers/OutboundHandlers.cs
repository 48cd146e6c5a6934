using System.Net;
using System.Net.Sockets;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Providers;

/// <summary>Makes the handlers under every connection to providers and clouds, as <c>host.outbound</c> says.</summary>
/// <remarks>Nothing that the other side answers makes the gateway go elsewhere or change bytes: no redirects, no cookies, no decompression, no proxy from the environment.</remarks>
internal sealed class OutboundHandlers(HostModel host, TrustedAuthorities authorities)
{
    /// <summary>The proxy on the way out; null for none.</summary>
    public Uri? Proxy => host.OutboundProxy;

    /// <summary>A new handler; whoever asked disposes it.</summary>
    public SocketsHttpHandler Create()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // Below the idle time after which providers' load balancers (typically 60 s and more) close a connection under our hands.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
            // DNS changes are followed within this time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = Proxy is not null,
            Proxy = Proxy is { } proxy ? new WebProxy(proxy) : null,
            // An answer's headers of more than 64 KB are nonsense; OpenAI asks callers to stay below the same bound.
            MaxResponseHeadersLength = 64,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = authorities.Validation;
        return handler;
    }

    /// <summary>Connects as the handler itself does, but for where reads end: a handshake computes, and looking for a certificate's issuer may even wait for the network.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new PoolThreadStream(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
