using System.Security.Cryptography;
using AiGateway.Accounting;
using AiGateway.CallerApi;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Telemetry;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Admin;

/// <summary>Everything that is not the API: health on every listener, <c>/metrics</c> and admin endpoints on theirs. Which listener a request came in by is its local port.</summary>
internal sealed class AdminMiddleware(RequestDelegate next, HostModel host, HealthEndpoints health, PrometheusExposition metrics, RecentRequests recent, ReportEndpoint reports, FocusEndpoint focus, ListenerPorts ports)
{
    private const string Requests = "/admin/requests/";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var port = context.Connection.LocalPort;
        if (port == ports.Admin)
        {
            return AdminAsync(context, path);
        }
        if (port == ports.Metrics)
        {
            return path == "/metrics" ? metrics.WriteAsync(context) : NotFoundAsync(context);
        }
        return path switch
        {
            "/healthz" => HealthEndpoints.LiveAsync(context),
            "/readyz" => health.ReadyAsync(context, inDetail: false),
            "/" when HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) => JsonAnswer.WriteAsync(context, """{"name":"AiGateway","api":"/v1"}"""u8.ToArray()),
            _ => next(context),
        };
    }

    private Task AdminAsync(HttpContext context, string path)
    {
        if (path == "/healthz")
        {
            return HealthEndpoints.LiveAsync(context);
        }
        if (host.AdminKeyHash is { } keyHash && !HasKey(context.Request.Headers.Authorization, keyHash))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        }
        if (path == "/readyz")
        {
            return health.ReadyAsync(context, inDetail: true);
        }
        if (path == "/metrics")
        {
            return metrics.WriteAsync(context);
        }
        if (path == ReportEndpoint.Path)
        {
            return reports.GetAsync(context);
        }
        if (path == FocusEndpoint.Path)
        {
            return focus.GetAsync(context);
        }
        if (path.StartsWith(Requests, StringComparison.Ordinal) && recent.TryGet(path[Requests.Length..], out var record))
        {
            return JsonAnswer.WriteAsync(context, record, static (json, record) => RecordJson.Write(json, record, RecordAudience.Operator), RecordJson.Options);
        }
        return NotFoundAsync(context);
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static bool HasKey(StringValues authorization, byte[] keyHash)
    {
        Span<byte> hash = stackalloc byte[KeyHash.Length];
        return BearerKey.TryFind(authorization, out var header)
            && KeyHash.TryCompute(BearerKey.In(header), hash)
            && CryptographicOperations.FixedTimeEquals(hash, keyHash);
    }
}
