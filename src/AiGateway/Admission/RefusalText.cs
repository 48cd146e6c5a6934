using System.Globalization;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>What a caller reads when a limit refuses.</summary>
internal static class RefusalText
{
    /// <summary>The rejection.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="ofBatch">What a batch that is to be made holds of the limit, in billionths of a USD; null for all else.</param>
    public static Rejection Of(LimitRefusal refusal, Exchange exchange, long? ofBatch = null)
    {
        var limit = refusal.Limit;
        if (refusal.IsStoreAway)
        {
            return new Rejection(RejectionReason.LimitStoreUnavailable, "The gateway cannot tell at the moment whether this request is within its limits. Please try again.") { RetryAfter = refusal.Wait };
        }
        var whose = limit.Subject switch
        {
            LimitSubject.Key => "this key",
            LimitSubject.User => "this user",
            LimitSubject.Tag => $"the tag '{limit.Tag}'",
            LimitSubject.Gateway => "the gateway",
            LimitSubject.Project or LimitSubject.Team or LimitSubject.Organisation => $"the {Word(limit.Subject)} '{Subjects.ValueOf(limit, exchange)}'",
            // Where it would have gone is the operator's business.
            _ => $"the model '{exchange.Request!.Model}'",
        };
        if (limit.Budget is not null)
        {
            return OfBudget(refusal, exchange, whose, ofBatch);
        }
        var what = refusal.Rate is { } rate
            ? $"{Amount(rate)} per {Word(rate.Window)}" : $"{refusal.Amount.ToString("N0", CultureInfo.InvariantCulture)} requests at the same time";
        var isOfRequests = refusal.Rate is null or { Measure: LimitMeasure.Requests };
        return new Rejection(RejectionReason.RateLimited, refusal.Wait is null
            ? $"This request asks for more than the limit of {whose} allows at all: {what}. Send a shorter prompt, or a smaller max_tokens."
            : $"Rate limit reached for {whose}: {what}. Please try again in {InWords(refusal.Wait.Value)}.")
        {
            Type = isOfRequests ? "requests" : refusal.Rate!.Measure == LimitMeasure.Spend ? "spend" : "tokens",
            Status = refusal.Wait is null ? StatusCodes.Status400BadRequest : null,
            RetryAfter = refusal.Wait,
        };
    }

    private static Rejection OfBudget(LimitRefusal refusal, Exchange exchange, string whose, long? ofBatch)
    {
        var budget = $"The budget of {whose} ({Amount(refusal.Rate!)} per {PeriodOf(refusal.Rate!)})";
        // No Retry-After: clients would sleep for days, or retry in vain.
        return new Rejection(RejectionReason.BudgetSpent, refusal.Wait is { } wait
            ? $"{budget} has no room for {(ofBatch is { } most ? $"this batch, which may cost {Usd(most)}" : "this request")}. It renews at {NextMinute(exchange.StartedAt + wait).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC; ask the platform team for more."
            : ofBatch is { } nano ? $"{budget} is smaller than what this batch may cost: {Usd(nano)}. Make one of fewer requests, or give each a smaller max_tokens."
            : $"{budget} is smaller than what this request may cost. Send a smaller max_tokens.");
    }

    // The wait was measured a moment after the start: cut off, midnight would be the minute before.
    private static DateTime NextMinute(DateTimeOffset time) => time.UtcDateTime.AddMinutes(1).AddTicks(-1);

    private static string PeriodOf(LimitRate rate) => rate.Calendar?.Unit switch
    {
        CalendarUnit.Day => "day",
        CalendarUnit.Week => "week",
        CalendarUnit.Month => "month",
        CalendarUnit.Year => "year",
        _ => Word(rate.Window),
    };

    private static string Amount(LimitRate rate) => rate.Measure == LimitMeasure.Spend
        ? Usd(rate.Amount)
        : $"{rate.Amount.ToString("N0", CultureInfo.InvariantCulture)} {Word(rate.Measure)}";

    private static string Usd(long nano) => $"{(nano / LimitModelBuilder.NanoUsd).ToString("0.#########", CultureInfo.InvariantCulture)} USD";

    private static string Word(LimitMeasure measure) => measure switch
    {
        LimitMeasure.Requests => "requests",
        LimitMeasure.InputTokens => "input tokens",
        LimitMeasure.OutputTokens => "output tokens",
        _ => "tokens",
    };

    private static string Word(LimitSubject subject) => subject switch
    {
        LimitSubject.Project => "project",
        LimitSubject.Team => "team",
        _ => "organisation",
    };

    private static string Word(TimeSpan window) => window.TotalDays switch
    {
        >= 30 => "30 days",
        >= 1 => "day",
        _ => window.TotalHours >= 1 ? "hour" : window.TotalMinutes >= 1 ? "minute" : "second",
    };

    private static string InWords(TimeSpan wait) => wait.TotalSeconds < 120
        ? $"{Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)} s"
        : $"{Math.Ceiling(wait.TotalMinutes).ToString(CultureInfo.InvariantCulture)} min";
}
