
namespace AiGateway.Pipeline;

/// <summary>Refuses requests whose length another server on the way may have read otherwise than we do: the ground of request smuggling.</summary>
/// <remarks>Kestrel refuses most by itself. What it resolves in favour of one reading, as RFC 9112, 6.3 allows, is refused here.</remarks>
internal static class RequestFraming
{
    // Where Kestrel puts the Content-Length of a request that has a Transfer-Encoding too.
    private const string OverruledLength = "X-Content-Length";

    /// <summary>Checks the framing.</summary>
    /// <exception cref="BadHttpRequestException">It leaves room for two readings.</exception>
    public static void Check(HttpRequest request)
    {
        var encoding = request.Headers.TransferEncoding;
        if (encoding.Count == 0)
        {
            return;
        }
        if (request.Headers.ContainsKey(OverruledLength) || request.ContentLength is not null)
        {
            throw new BadHttpRequestException("both Transfer-Encoding and Content-Length are given.");
        }
        if (HttpProtocol.IsHttp10(request.Protocol))
        {
            throw new BadHttpRequestException("HTTP/1.0 has no Transfer-Encoding.");
        }
        if (!encoding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException("the only Transfer-Encoding understood is chunked.");
        }
    }
}
