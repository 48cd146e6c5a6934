using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Lets a request through when every limit that applies allows it, and holds what it may come to until it has ended.</summary>
internal sealed class AdmissionMiddleware(RequestDelegate next, AdmissionServices services)
{
    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        if (exchange.Snapshot.Limits.Length == 0)
        {
            return next(context);
        }
        var reservation = new Reservation(services, exchange);
        var headers = context.Response.Headers;
        if (reservation.TryHold() is { } refusal)
        {
            var none = new RateState(refusal.Amount, 0, refusal.Wait ?? TimeSpan.Zero);
            if (refusal.Rate is { Measure: LimitMeasure.Requests })
            {
                RateLimitHeaders.WriteRequests(headers, none);
            }
            else if (refusal.Rate is { Measure: not LimitMeasure.Spend })
            {
                RateLimitHeaders.WriteTokens(headers, none);
            }
            exchange.Reject(RefusalText.Of(refusal, exchange));
            return Task.CompletedTask;
        }
        exchange.Admission = reservation;
        exchange.Own(reservation);
        RateLimitHeaders.WriteRequests(headers, services.Limiter.Tightest(reservation.Holds, ofTokens: false));
        RateLimitHeaders.WriteTokens(headers, services.Limiter.Tightest(reservation.Holds, ofTokens: true));
        return next(context);
    }
}
