using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Pipeline;

/// <summary>Runs requests that the gateway makes of itself through its own stages, as if their caller had sent them: same key, same limits, a record of their own. Nobody reads their answers.</summary>
internal sealed class OwnRequests
{
    // They say how the first request came, not what it asked; or how long its caller would wait; or that it was the first.
    private static readonly string[] LeftOut = ["Connection", "Content-Encoding", "Content-Length", "Expect", "Idempotency-Key", "Keep-Alive", "Origin", "Transfer-Encoding", "x-gateway-timeout-ms"];

    private RequestDelegate? _stages;

    /// <summary>Says what the stages are; once, when they are built.</summary>
    public void Connect(RequestDelegate stages) => _stages = stages;

    /// <summary>A request that asks what another asked.</summary>
    /// <param name="other">The other; read now, and not needed afterwards.</param>
    /// <param name="body">Its body, unpacked; copied.</param>
    public static HttpContext Again(HttpContext other, ReadOnlySpan<byte> body)
    {
        var context = new DefaultHttpContext();
        // Not all of the stages ask in the way in which one would be made.
        context.Features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
        var (from, to) = (other.Request, context.Request);
        (to.Method, to.Scheme, to.Protocol, to.Host, to.PathBase, to.Path, to.QueryString) = (from.Method, from.Scheme, from.Protocol, from.Host, from.PathBase, from.Path, from.QueryString);
        foreach (var (name, values) in from.Headers)
        {
            if (!LeftOut.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                to.Headers[name] = values;
            }
        }
        to.ContentLength = body.Length;
        to.Body = new MemoryStream(body.ToArray());
        return context;
    }

    /// <summary>Runs one.</summary>
    /// <param name="context">From <see cref="Again"/>.</param>
    /// <returns>Completes when it has settled; its status is the response's.</returns>
    public Task RunAsync(HttpContext context) => (_stages ?? throw new InvalidOperationException("The stages are not built yet."))(context);
}
