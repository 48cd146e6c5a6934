using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AiGateway.Configuration;

namespace AiGateway.Hosting;

/// <summary>The listener's certificate, read again when its files change, so that a renewal needs no restart. A renewal that cannot be read leaves the old one in place.</summary>
internal sealed partial class ReloadingCertificate(TlsConfig files, TimeProvider clock, ILogger<ReloadingCertificate> logger)
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private X509Certificate2? _certificate;
    private DateTime _writtenAt;
    private long _checkedAt;

    /// <summary>The certificate for the next handshake.</summary>
    public X509Certificate2 Current()
    {
        lock (_lock)
        {
            if (_certificate is null)
            {
                _writtenAt = WrittenAt();
                _checkedAt = clock.GetTimestamp();
                return _certificate = LoadFirst();
            }
            if (clock.GetElapsedTime(_checkedAt) < CheckInterval)
            {
                return _certificate;
            }
            _checkedAt = clock.GetTimestamp();
            try
            {
                var writtenAt = WrittenAt();
                if (writtenAt != _writtenAt)
                {
                    // The old one is not disposed: handshakes may still hold it.
                    _certificate = Load();
                    _writtenAt = writtenAt;
                    Log.Renewed(logger, files.Certificate!, _certificate.NotAfter);
                }
            }
            catch (Exception e)
            {
                Log.NotRenewed(logger, files.Certificate!, e);
            }
            return _certificate;
        }
    }

    private X509Certificate2 LoadFirst()
    {
        try
        {
            return Load();
        }
        catch (CryptographicException e)
        {
            throw new CryptographicException($"'host.tls' names {files.Certificate} and {files.Key}, which are not a certificate and its private key in PEM form: {e.Message}", e);
        }
    }

    private X509Certificate2 Load()
    {
        using var pem = X509Certificate2.CreateFromPemFile(files.Certificate!, files.Key);
        // Through PKCS#12, because Windows does not use ephemeral PEM keys in TLS.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private DateTime WrittenAt()
    {
        var certificate = File.GetLastWriteTimeUtc(files.Certificate!);
        var key = File.GetLastWriteTimeUtc(files.Key!);
        return certificate > key ? certificate : key;
    }

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Information, "Certificate {Path} was renewed; it is valid until {NotAfter:u}.")]
        public static partial void Renewed(ILogger logger, string path, DateTime notAfter);

        [LoggerMessage(7002, LogLevel.Error, "Certificate {Path} changed but cannot be read; the one before stays in use.")]
        public static partial void NotRenewed(ILogger logger, string path, Exception exception);
    }
}
