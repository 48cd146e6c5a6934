using System.Globalization;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Lets a request through when every limit and budget that applies allows it, and holds what it may come to until it has ended. Where the limit that refuses has a queue, the request waits.</summary>
internal sealed class AdmissionMiddleware(RequestDelegate next, AdmissionServices services, IPlanner planner)
{
    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        if (exchange.Snapshot.Limits.All.Length == 0)
        {
            return next(context);
        }
        var reservation = new Reservation(services, exchange);
        var decision = services.Queue.Ahead(exchange) is { } ahead ? new(ahead) : reservation.TryHoldAsync();
        // Where no other node has to be asked it is over by now, and nothing more is made for it.
        return decision is { IsCompletedSuccessfully: true, Result: null } ? GoOnAsync(context, exchange, reservation) : GoOnUnlessRefusedAsync(context, exchange, reservation, decision);
    }

    private async Task GoOnUnlessRefusedAsync(HttpContext context, Exchange exchange, Reservation reservation, ValueTask<LimitRefusal?> first)
    {
        var headers = context.Response.Headers;
        var refusal = await WaitAsync(context, exchange, reservation, await first, spent: null);
        Note(refusal, exchange);
        if (refusal is { Limit.Budget.ThenAlias: { } cheaper } && !exchange.Plan!.IsPinned && planner.PlanFor(exchange, cheaper, context.Request.Headers) is { } plan)
        {
            reservation.Decided(refusal);
            headers["x-gateway-degraded"] = HeaderText.Escape($"{refusal.Limit.Id}: answered by {cheaper}");
            exchange.Plan = plan;
            refusal = await WaitAsync(context, exchange, reservation, await reservation.TryHoldAsync(refusal.Limit), refusal.Limit);
            Note(refusal, exchange);
        }
        if (refusal is null)
        {
            await GoOnAsync(context, exchange, reservation);
            return;
        }
        reservation.Decided(refusal);
        if (exchange.Rejection is not null)
        {
            return;
        }
        if (MayBeServedFromCache(exchange, refusal) && await reservation.TryHoldAsync(requestsOnly: true) is null)
        {
            exchange.OnlyIfCached = RefusalText.Of(refusal, exchange);
            await AdmitAsync(context, exchange, reservation);
            return;
        }
        Refuse(exchange, refusal, headers);
    }

    // What is answered from a cache takes neither tokens nor money, but it is a request.
    private static bool MayBeServedFromCache(Exchange exchange, LimitRefusal refusal) =>
        exchange.Plan!.Alias.Cache is not null && refusal is { IsStoreAway: false, Rate.Measure: not LimitMeasure.Requests };

    private Task GoOnAsync(HttpContext context, Exchange exchange, Reservation reservation)
    {
        reservation.Decided(null);
        return AdmitAsync(context, exchange, reservation);
    }

    private Task AdmitAsync(HttpContext context, Exchange exchange, Reservation reservation)
    {
        exchange.Admission = reservation;
        exchange.Own(reservation);
        var headers = context.Response.Headers;
        var standing = services.Limiter.Read(reservation.Holds);
        RateLimitHeaders.WriteRequests(headers, standing.Requests);
        RateLimitHeaders.WriteTokens(headers, standing.Tokens);
        if (standing.Warned is { } budget)
        {
            headers["x-gateway-budget-warning"] = HeaderText.Escape(string.Create(CultureInfo.InvariantCulture, $"{budget.Id}: {standing.Share * 100:0} % used or held"));
        }
        return next(context);
    }

    /// <summary>Waits where the limit that refuses has a queue.</summary>
    /// <returns>Null once there is room, which is held then; else the last refusal.</returns>
    /// <exception cref="OperationCanceledException">The caller hung up.</exception>
    private async ValueTask<LimitRefusal?> WaitAsync(HttpContext context, Exchange exchange, Reservation reservation, LimitRefusal? refusal, LimitModel? spent)
    {
        if (refusal is not { CanWait: true })
        {
            return refusal;
        }
        var waiter = new QueueWaiter(
            exchange.Caller.Id, QueuePriority.Of(exchange.Caller, context.Request.Headers), exchange.Request!.Timeout ?? TimeSpan.MaxValue,
            () => reservation.TryHoldAsync(spent), limit => Subjects.KeyOf(limit, exchange)!);
        var outcome = await services.Queue.WaitAsync(waiter, refusal, context.RequestAborted);
        exchange.QueueTime += services.Clock.GetElapsedTime(waiter.Began);
        context.Response.Headers["x-gateway-queue-ms"] = exchange.QueueTime.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
        switch (outcome)
        {
            case QueueOutcome.Admitted:
                return null;
            case QueueOutcome.CallerGone:
                throw new OperationCanceledException(context.RequestAborted);
            case QueueOutcome.Draining:
                // The connection is to be another instance's.
                context.Response.Headers.Connection = "close";
                exchange.Reject(ErrorMiddleware.Draining);
                break;
        }
        return waiter.Refusal;
    }

    private void Note(LimitRefusal? refusal, Exchange exchange)
    {
        if (refusal?.Limit.Budget is not null)
        {
            services.Spent.Note(refusal, Subjects.KeyOf(refusal.Limit, exchange));
        }
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
