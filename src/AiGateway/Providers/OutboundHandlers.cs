using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Providers;

/// <summary>Makes the handlers under every connection to providers and clouds, as <c>host.outbound</c> says.</summary>
/// <remarks>Nothing that the other side answers makes the gateway go elsewhere or change bytes: no redirects, no cookies, no decompression, no proxy from the environment.</remarks>
internal sealed class OutboundHandlers(HostModel host)
{
    private readonly X509Certificate2Collection? _authorities = LoadAuthorities(host.CaBundle);

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
        if (_authorities is { } authorities)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, authorities);
        }
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

    /// <summary>Trusts what the system trusts, and besides a chain that ends in one of the operator's authorities. A wrong name is never forgiven.</summary>
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
        {
            return false;
        }
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        return own.Build(leaf);
    }

    private static X509Certificate2Collection? LoadAuthorities(string? path)
    {
        if (path is null)
        {
            return null;
        }
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (CryptographicException e)
        {
            throw new CryptographicException($"'host.outbound.ca_bundle' names {path}, which is not a list of certificates in PEM form: {e.Message}", e);
        }
        return authorities;
    }
}
