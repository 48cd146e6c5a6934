using System.Globalization;

namespace AiGateway.Pipeline;

/// <summary>Cross-origin access for browsers, by configuration (fetch.spec.whatwg.org, "CORS protocol").</summary>
/// <remarks>Ours and not ASP.NET's, because its policies are fixed at start and the routing file's are not. A preflight is answered here and makes no record.</remarks>
internal sealed class CorsMiddleware(RequestDelegate next, Configuration.SnapshotHolder snapshots)
{
    private const string ExposedHeaders =
        "x-request-id, x-gateway-route, x-gateway-deployment, x-gateway-provider, x-gateway-model, x-gateway-attempts, x-gateway-cost, x-gateway-cache, x-gateway-cache-similarity, x-gateway-cache-detail, age, x-gateway-overhead-ms, x-gateway-config-version, retry-after";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (snapshots.Current.Cors is not { } cors || request.Headers.Origin.Count == 0)
        {
            return next(context);
        }
        var origin = request.Headers.Origin.ToString();
        if (!cors.AnyOrigin && !cors.Origins.Contains(origin))
        {
            return next(context);
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = cors.AnyOrigin ? "*" : origin;
        headers.Vary = "Origin";
        headers.AccessControlExposeHeaders = ExposedHeaders;
        if (!HttpMethods.IsOptions(request.Method) || request.Headers.AccessControlRequestMethod.Count == 0)
        {
            return next(context);
        }
        headers.AccessControlAllowMethods = "GET, POST, DELETE";
        if (HeaderText.IsPlain(request.Headers.AccessControlRequestHeaders.ToString()))
        {
            headers.AccessControlAllowHeaders = request.Headers.AccessControlRequestHeaders;
        }
        headers.AccessControlMaxAge = cors.MaxAgeSeconds.ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
