using System.Text.Json;
using AiGateway.CallerApi;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admin;

/// <summary><c>/healthz</c>: the process lives. <c>/readyz</c>: it takes requests, and, on the admin listener, why or why not in detail.</summary>
internal sealed class HealthEndpoints(SnapshotHolder snapshots, DrainState drain, TimeProvider clock)
{
    /// <summary>Answers <c>/healthz</c>.</summary>
    public static Task LiveAsync(HttpContext context) => JsonAnswer.WriteAsync(context, """{"status":"ok"}"""u8.ToArray());

    /// <summary>Answers <c>/readyz</c>: 503 while draining, and while the store of run-time keys has not answered since the start. A refused reload does not make it unready, because the configuration before it is in force.</summary>
    public Task ReadyAsync(HttpContext context, bool inDetail)
    {
        // Read once: status and body say the same.
        var isDraining = drain.IsDraining;
        var isStarting = snapshots.Current.IsWithoutRuntimeKeys;
        context.Response.StatusCode = isDraining || isStarting ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return JsonAnswer.WriteAsync(context, (Endpoints: this, isDraining, isStarting, inDetail), static (json, state) => state.Endpoints.Write(json, state.isDraining, state.isStarting, state.inDetail));
    }

    private void Write(Utf8JsonWriter json, bool isDraining, bool isStarting, bool inDetail)
    {
        var snapshot = snapshots.Current;
        json.WriteStartObject();
        json.WriteString("status"u8, isDraining ? "draining"u8 : isStarting ? "waiting for the store of keys"u8 : "ready"u8);
        json.WriteString("config_version"u8, snapshot.Version);
        json.WriteString("config_reload"u8, snapshots.LastFailure is null ? "ok"u8 : "failed"u8);
        if (inDetail)
        {
            WriteDetail(json, snapshot);
        }
        json.WriteEndObject();
    }

    private void WriteDetail(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteString("config_loaded_at"u8, snapshot.LoadedAt);
        if (snapshots.Runtime is { IsKnown: true } runtime)
        {
            json.WriteNumber("runtime_revision"u8, runtime.Revision);
        }
        if (snapshots.LastFailure is { } failure)
        {
            json.WriteString("config_refused_at"u8, failure.At);
            json.WriteStartArray("config_errors"u8);
            foreach (var error in failure.Errors)
            {
                json.WriteStringValue(error);
            }
            json.WriteEndArray();
        }
        var now = clock.GetTimestamp();
        json.WriteStartObject("deployments"u8);
        foreach (var deployment in snapshot.Deployments.Values)
        {
            var state = deployment.State;
            json.WriteString(deployment.Id, state.CircuitOpenUntil > now ? "circuit open" : state.RestsUntil > now ? "resting" : "available");
        }
        json.WriteEndObject();
        json.WriteStartObject("providers_off"u8);
        foreach (var off in snapshot.ProvidersOff)
        {
            json.WriteString(off.Id, off.Reason);
        }
        json.WriteEndObject();
    }
}
