using System.Globalization;
using System.Net;

namespace AiGateway.Configuration;

/// <summary>An address to listen on: <c>http://localhost:8080</c>, <c>https://*:8443</c>, <c>http://10.0.0.5:8080</c>.</summary>
/// <param name="IsHttps">True for <c>https</c>.</param>
/// <param name="Host"><c>localhost</c>, <c>*</c> for all addresses, or an IP address.</param>
/// <param name="Port">0 lets the system choose.</param>
internal sealed record ListenAddress(bool IsHttps, string Host, int Port)
{
    /// <summary>True when only this machine can reach it.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>The IP address; null for <c>localhost</c> and <c>*</c>.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out var address) ? address : null;

    /// <summary>Reads an address; <paramref name="problem"/> says what is wrong.</summary>
    public static ListenAddress? TryParse(string text, out string? problem)
    {
        problem = null;
        var separator = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = separator < 0 ? "" : text[..separator];
        if (scheme is not ("http" or "https"))
        {
            problem = "it must begin with http:// or https://";
            return null;
        }
        var rest = text[(separator + 3)..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (colon < 0 || rest.EndsWith(']') || !int.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            problem = "it must end with a port from 0 to 65535";
            return null;
        }
        var host = rest[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        if (host == "+")
        {
            host = "*";
        }
        // Kestrel would take any other name for "all addresses", which is the last thing a typing error should do.
        if (host is not ("localhost" or "*") && !IPAddress.TryParse(host, out _))
        {
            problem = "the host must be localhost, * (all addresses) or an IP address";
            return null;
        }
        return new ListenAddress(scheme == "https", host, port);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsHttps ? "https" : "http")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
