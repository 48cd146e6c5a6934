using AiGateway.Configuration;
using AiGateway.Protocols.Bedrock.SigV4;

namespace AiGateway.Providers.Credentials;

/// <summary>Signs with one set of credentials, for one region and service.</summary>
internal sealed class SigV4Signer(SigV4Credentials credentials, string region, string service, TimeProvider clock)
{
    private SigV4Key? _key;

    /// <summary>What of the credentials goes over the wire; null for lasting ones.</summary>
    public Secret? SessionToken { get; } = credentials.SessionToken is { } token ? new Secret(token) : null;

    /// <summary>Adds <c>x-amz-date</c>, the session's token and <c>Authorization</c>.</summary>
    /// <remarks>Signed are the host, the content type and AWS's own headers: nothing that a proxy on the way has a reason to change.</remarks>
    /// <param name="request">The request, final but for these headers.</param>
    /// <param name="payloadHash">The hash of its content.</param>
    public void Sign(HttpRequestMessage request, string payloadHash)
    {
        var now = clock.GetUtcNow();
        var date = SigV4Signature.DateHeader(now);
        var address = request.RequestUri!;
        var headers = new KeyValuePair<string, string>[4];
        var count = 0;
        headers[count++] = new("host", HostOf(address));
        headers[count++] = new("x-amz-date", date);
        request.Headers.TryAddWithoutValidation("x-amz-date", date);
        if (SessionToken is { } session)
        {
            headers[count++] = new("x-amz-security-token", session.Reveal());
            request.Headers.TryAddWithoutValidation("x-amz-security-token", session.Reveal());
        }
        if (request.Content is { } content && content.Headers.NonValidated.TryGetValues("Content-Type", out var types))
        {
            headers[count++] = new("content-type", types.ToString());
        }
        var query = address.Query;
        request.Headers.TryAddWithoutValidation("Authorization", SigV4Signature.Authorize(
            KeyOf(DateOnly.FromDateTime(now.UtcDateTime)), now, request.Method.Method, address.AbsolutePath, query.Length > 0 ? query[1..] : "", headers.AsSpan(0, count), payloadHash));
    }

    /// <summary>The <c>Host</c> header as the HTTP stack writes it.</summary>
    private static string HostOf(Uri address)
    {
        var host = address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        return address.IsDefaultPort ? host : $"{host}:{address.Port}";
    }

    private SigV4Key KeyOf(DateOnly day)
    {
        var key = Volatile.Read(ref _key);
        if (key is null || key.Day != day)
        {
            key = SigV4Key.Derive(credentials, day, region, service);
            Volatile.Write(ref _key, key);
        }
        return key;
    }
}
