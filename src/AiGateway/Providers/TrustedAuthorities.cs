using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Configuration;

namespace AiGateway.Providers;

/// <summary>The operator's certificate authorities (<c>host.outbound.ca_bundle</c>), trusted besides the system's on every connection that the gateway opens.</summary>
internal sealed class TrustedAuthorities
{
    private readonly X509Certificate2Collection? _authorities;

    /// <summary>Reads them.</summary>
    /// <exception cref="CryptographicException">The file is no list of certificates.</exception>
    public TrustedAuthorities(HostModel host)
    {
        if (host.CaBundle is not { } path)
        {
            return;
        }
        _authorities = [];
        try
        {
            _authorities.ImportFromPemFile(path);
        }
        catch (CryptographicException e)
        {
            throw new CryptographicException($"'host.outbound.ca_bundle' names {path}, which is not a list of certificates in PEM form: {e.Message}", e);
        }
    }

    /// <summary>Judges a certificate; null where the system's authorities are the only ones, and the system judges.</summary>
    public RemoteCertificateValidationCallback? Validation => _authorities is null ? null : (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, _authorities);

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
}
