using AiGateway.Accounting;
using AiGateway.Pipeline;

namespace AiGateway.CallerApi;

/// <summary><c>GET /v1/requests/{id}</c>: the record of a recent request of the caller's own tenant.</summary>
internal sealed class RequestsEndpoint(RecentRequests recent)
{
    /// <summary>Answers with the record, or 404 — the same for what is unknown and what is another tenant's.</summary>
    public Task GetAsync(HttpContext context, string id)
    {
        var exchange = context.GetExchange();
        if (!recent.TryGet(id, exchange.Caller, out var record))
        {
            exchange.Reject(RejectionReason.UnknownRequest, "No recent request of yours has this id. Records are kept for the last requests only; ids are in the x-request-id header of each answer.");
            return Task.CompletedTask;
        }
        return JsonAnswer.WriteAsync(context, record, static (json, record) => RecordJson.Write(json, record), RecordJson.Options);
    }
}
