using System.Security.Cryptography;
using AiGateway.Accounting;
using AiGateway.CallerApi;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Telemetry;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Admin;

/// <summary>Everything that is not the API: health on every listener, <c>/metrics</c> and admin endpoints on theirs. Which listener a request came in by is its local port.</summary>
/// <remarks>
/// Admin keys are those of the file that is in force. Where a start had some, one is asked for until the next start, also when a
/// reload takes the last away: the listener's address, which may be open to a network, is still that of the start.
/// </remarks>
internal sealed class AdminMiddleware(RequestDelegate next, HostModel host, SnapshotHolder snapshots, HealthEndpoints health, PrometheusExposition metrics, RecentRequests recent, ReportEndpoint reports, FocusEndpoint focus, CacheEndpoint cache, AdminApi api, ListenerPorts ports)
{
    private const string Requests = "/admin/requests/";

    private static readonly AdminProblem NoKey = new(
        StatusCodes.Status401Unauthorized, "invalid_admin_key", "An admin key is needed: 'Authorization: Bearer KEY', of a key in 'host.admin'. Callers' keys are not taken here.");

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
        var keys = snapshots.File.Host.AdminKeys;
        var who = Find(keys, context.Request.Headers.Authorization);
        if (who is null && keys.Count + host.AdminKeys.Count > 0)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return AdminAnswer.ProblemAsync(context, NoKey);
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
        if (path == AdminOpenApi.Path)
        {
            return AdminOpenApi.GetAsync(context);
        }
        if (path == CacheEndpoint.Path)
        {
            return cache.HandleAsync(context, who);
        }
        if (path.StartsWith(Requests, StringComparison.Ordinal) && recent.TryGet(path[Requests.Length..], out var record))
        {
            return JsonAnswer.WriteAsync(context, record, static (json, record) => RecordJson.Write(json, record, RecordAudience.Operator), RecordJson.Options);
        }
        return api.TryHandle(context, path, who, out var answered) ? answered : NotFoundAsync(context);
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static AdminKeyModel? Find(IReadOnlyList<AdminKeyModel> keys, StringValues authorization)
    {
        Span<byte> hash = stackalloc byte[KeyHash.Length];
        if (!BearerKey.TryFind(authorization, out var header) || !KeyHash.TryCompute(BearerKey.In(header), hash))
        {
            return null;
        }
        AdminKeyModel? found = null;
        foreach (var key in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, key.Hash))
            {
                found = key;
            }
        }
        return found;
    }
}
