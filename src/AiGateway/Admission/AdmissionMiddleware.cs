using System.Globalization;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Lets a request through when every limit and budget that applies allows it, and holds what it may come to until it has ended.</summary>
internal sealed class AdmissionMiddleware(RequestDelegate next, AdmissionServices services, IPlanner planner)
{
    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        if (exchange.Snapshot.Limits.All.Length == 0)
        {
            return next(context);
        }
        // Where no other node has to be asked it is over by now, and nothing more is made for it.
        var decision = DecideAsync(context, exchange);
        return decision.IsCompletedSuccessfully ? decision.Result ? next(context) : Task.CompletedTask : GoOnAsync(decision, context);
    }

    private async Task GoOnAsync(ValueTask<bool> decision, HttpContext context)
    {
        if (await decision)
        {
            await next(context);
        }
    }

    private async ValueTask<bool> DecideAsync(HttpContext context, Exchange exchange)
    {
        var reservation = new Reservation(services, exchange);
        var headers = context.Response.Headers;
        var refusal = await reservation.TryHoldAsync();
        if (refusal is { Limit.Budget.ThenAlias: { } cheaper } && !exchange.Plan!.IsPinned && planner.PlanFor(exchange, cheaper, context.Request.Headers) is { } plan)
        {
            headers["x-gateway-degraded"] = HeaderText.Escape($"{refusal.Limit.Id}: answered by {cheaper}");
            exchange.Plan = plan;
            refusal = await reservation.TryHoldAsync(spent: refusal.Limit);
        }
        if (refusal is not null)
        {
            Refuse(exchange, refusal, headers);
            return false;
        }
        exchange.Admission = reservation;
        exchange.Own(reservation);
        var standing = services.Limiter.Read(reservation.Holds);
        RateLimitHeaders.WriteRequests(headers, standing.Requests);
        RateLimitHeaders.WriteTokens(headers, standing.Tokens);
        if (standing.Warned is { } budget)
        {
            headers["x-gateway-budget-warning"] = HeaderText.Escape(string.Create(CultureInfo.InvariantCulture, $"{budget.Id}: {standing.Share * 100:0} % used or held"));
        }
        return true;
    }

    private static void Refuse(Exchange exchange, LimitRefusal refusal, IHeaderDictionary headers)
    {
        var none = new RateState(refusal.Amount, 0, refusal.Wait ?? TimeSpan.Zero);
        if (refusal.IsStoreAway)
        {
            // Nothing is known of it.
        }
        else if (refusal.Rate is { Measure: LimitMeasure.Requests })
        {
            RateLimitHeaders.WriteRequests(headers, none);
        }
        else if (refusal.Rate is { Measure: not LimitMeasure.Spend })
        {
            RateLimitHeaders.WriteTokens(headers, none);
        }
        exchange.Reject(RefusalText.Of(refusal, exchange));
    }
}
