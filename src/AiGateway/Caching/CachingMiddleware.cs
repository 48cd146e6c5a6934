using AiGateway.Caching.Semantic;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Fingerprints;

namespace AiGateway.Caching;

/// <summary>Answers what was answered before, lets identical requests in flight share one call, and keeps what comes of it. Passes where the alias has no cache.</summary>
internal sealed class CachingMiddleware(RequestDelegate next, AnswerStore store, FlightTable flights, SemanticCache semantic, ServedHits served, TimeProvider clock)
{
    // So much of a call is there to be shared, however little the alias keeps: every answer that is read whole before it is passed on.
    private const int LeastShared = 256 * 1024;

    // Of requests that wait for a call that fails, one asks again, once; then what it is told holds for all.
    private const int MostGenerations = 1;

    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        return exchange.Plan?.Alias.Cache is { } cache ? LookUpAsync(context, exchange, cache) : next(context);
    }

    private async Task LookUpAsync(HttpContext context, Exchange exchange, CacheModel cache)
    {
        var headers = context.Request.Headers;
        var controls = CacheControls.Read(headers);
        var bypass = Cacheability.BypassOf(exchange, cache, controls);
        string? key = null;
        RequestFingerprint? print = null;
        var tenant = "";
        if (bypass == CacheBypass.None)
        {
            tenant = AnswerKeys.TenantOf(exchange.Caller, cache.Scope);
            await SocketThread.LeaveFor(exchange.Request!.Body!.Length);
            key = AnswerKeys.Of(exchange, cache, tenant, controls.Space, headers, out print);
            bypass = key is null ? CacheBypass.NoKey : CacheBypass.None;
        }
        if (key is null)
        {
            exchange.Cache = new CacheFigures(CacheStatus.Bypass, bypass);
            CacheHeaders.Write(context, exchange.Cache, controls, key);
            await GoOnAsync(context, exchange);
            return;
        }
        var use = new CacheUse(cache, controls, tenant, key, AnswerForm.Of(exchange.Request!));
        if (await TryServeKeptAsync(context, exchange, use, isAgain: false))
        {
            return;
        }
        // Who joins a call in flight gets its very own answer.
        if (cache.Semantic is not null && !controls.IsRefresh && !flights.Has(key))
        {
            // Embedding is done elsewhere, but a look among many questions goes on from there.
            await SocketThread.Leave();
            var look = await semantic.LookAsync(exchange, use, print, context.RequestAborted);
            if (look is { Figures.Result: SemanticResult.Served, Answer: { } answer })
            {
                if (await TryServeAsync(context, exchange, use with { Look = look }, answer))
                {
                    served.Add(exchange.Id, exchange.Caller.Id, look);
                    return;
                }
                look = look with { Figures = look.Figures with { Result = SemanticResult.AnswerGone } };
            }
            use = use with { Look = look };
        }
        exchange.Cache = new CacheFigures(controls.IsRefresh ? CacheStatus.Refresh : CacheStatus.Miss) { Semantic = use.Look?.Figures };
        CacheHeaders.Write(context, exchange.Cache, controls, key);
        await ShareAsync(context, exchange, use);
    }

    /// <summary>On to a provider; not for requests whose tokens or money are spent.</summary>
    private Task GoOnAsync(HttpContext context, Exchange exchange)
    {
        if (exchange.OnlyIfCached is not { } refusal)
        {
            return next(context);
        }
        exchange.Reject(refusal);
        return Task.CompletedTask;
    }

    private async ValueTask<bool> TryServeKeptAsync(HttpContext context, Exchange exchange, CacheUse use, bool isAgain) =>
        !use.Controls.IsRefresh && await store.FindAsync(use, isAgain, context.RequestAborted) is { } answer && await TryServeAsync(context, exchange, use, answer);

    private async ValueTask<bool> TryServeAsync(HttpContext context, Exchange exchange, CacheUse use, StoredAnswer answer, Flight? shared = null)
    {
        var now = clock.GetUtcNow();
        await SocketThread.LeaveFor(answer.Body.Length);
        if (Replay.BytesFor(answer, exchange, use.Form, now) is not { } bytes)
        {
            return false;
        }
        var isByMeaning = shared is null && use.Look is { Figures.Result: SemanticResult.Served };
        exchange.Cache = new CacheFigures(shared is not null ? CacheStatus.Shared : isByMeaning ? CacheStatus.SemanticHit : CacheStatus.Hit)
        {
            Semantic = use.Look?.Figures,
            Saved = answer.Cost,
            PaidBy = answer.PaidBy,
            // Another node's clock may be ahead.
            Age = shared is null && now > answer.MadeAt ? now - answer.MadeAt : TimeSpan.Zero,
        };
        exchange.Cost = FreeCost;
        (exchange.ResponseModel, exchange.FinishReason) = (answer.ResponseModel, answer.FinishReason);
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        CacheHeaders.WriteAnswered(context, exchange, use, answer.UpstreamModel);
        await Replay.WriteAsync(context, bytes, use.Form);
        return true;
    }

    private async Task ShareAsync(HttpContext context, Exchange exchange, CacheUse use)
    {
        for (var generation = 0; ; generation++)
        {
            FlightReader reader;
            if (exchange.OnlyIfCached is { } refusal)
            {
                // What others pay for it may have; it never pays.
                if (flights.TryJoin(use.Key, use.Controls.IsRefresh) is not { } joined)
                {
                    exchange.Reject(refusal);
                    return;
                }
                reader = joined;
            }
            else
            {
                reader = flights.JoinOrLead(use.Key, use.Controls.IsRefresh, key => new Flight(key, use.Form, exchange.Id, generation, Math.Max(use.Model.MaxEntry, LeastShared)), out var leads);
                if (leads)
                {
                    if (!await TryServeInsteadAsync(context, exchange, use, reader.Flight))
                    {
                        await LeadAsync(context, exchange, use, reader);
                    }
                    return;
                }
            }
            using (reader)
            {
                if (await FollowAsync(context, exchange, use, reader))
                {
                    return;
                }
                var flight = reader.Flight;
                if (flight.End == FlightEnd.Complete)
                {
                    // It came in a form that cannot be turned into this caller's.
                    await GoOnAsync(context, exchange);
                    return;
                }
                if (flight.Rejection is { } reason && (SharedFailures.IsOfTheRequest(reason.Reason) || (flight.Generation >= MostGenerations && SharedFailures.IsOfTheUpstream(reason.Reason))))
                {
                    exchange.Reject(reason);
                    return;
                }
            }
        }
    }

    /// <summary>Serves what the call before this one has left, where that ended between the first look and now; whoever has joined this one then looks too.</summary>
    private async ValueTask<bool> TryServeInsteadAsync(HttpContext context, Exchange exchange, CacheUse use, Flight flight)
    {
        var isNeeded = false;
        try
        {
            isNeeded = !await TryServeKeptAsync(context, exchange, use, isAgain: true);
            return !isNeeded;
        }
        finally
        {
            if (!isNeeded)
            {
                Drop(flight, null);
            }
        }
    }

    /// <summary>Makes the call, for itself and for whoever joins.</summary>
    private async Task LeadAsync(HttpContext context, Exchange exchange, CacheUse use, FlightReader reader)
    {
        var flight = reader.Flight;
        var asked = AskedFor.Of(exchange);
        var response = new FlightResponse(context.Features, flight);
        try
        {
            var call = CallAsync(context, exchange, response, use, flight, asked);
            var isCallerGone = false;
            try
            {
                if (await reader.CopyToAsync(response.CallerBody, response.CallerGone) == FlightEnd.Broken)
                {
                    response.Reset();
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The others, if there are any, have the call from now on.
                isCallerGone = true;
            }
            finally
            {
                reader.Dispose();
                await call;
            }
            if (isCallerGone && exchange.Outcome is RequestOutcome.Pending or RequestOutcome.Completed)
            {
                exchange.Outcome = RequestOutcome.CallerGone;
            }
            exchange.Cache!.SharedBy = flight.Followers;
        }
        finally
        {
            response.Restore();
        }
    }

    private async Task CallAsync(HttpContext context, Exchange exchange, FlightResponse response, CacheUse use, Flight flight, ChatRequest? asked)
    {
        FinishedCall? whole = null;
        try
        {
            await next(context);
            if (!response.IsAborted && exchange is { Rejection: null, Answering.Outcome: AttemptOutcome.Succeeded, Outcome: RequestOutcome.Pending or RequestOutcome.Completed }
                && flight.Head?.Status == StatusCodes.Status200OK)
            {
                whole = FinishedCall.Of(exchange, use, asked, clock.GetUtcNow());
            }
        }
        finally
        {
            if (whole is null)
            {
                Drop(flight, exchange.Rejection);
            }
            else
            {
                flight.Finish(FlightEnd.Complete, null, whole.Cost);
                store.Keep(flight, whole);
            }
        }
    }

    /// <summary>Ends a call that has brought no whole answer: out first, so that who asks again does not find it.</summary>
    private void Drop(Flight flight, Rejection? rejection)
    {
        flights.Remove(flight);
        flight.Finish(flight.Head is null ? FlightEnd.Failed : FlightEnd.Broken, rejection, null);
    }

    /// <summary>Reads what another request's call brings.</summary>
    /// <returns>False when nothing of it went to the caller.</returns>
    private async Task<bool> FollowAsync(HttpContext context, Exchange exchange, CacheUse use, FlightReader reader)
    {
        var flight = reader.Flight;
        try
        {
            if (!use.Form.Stream || flight.Form != use.Form || reader.CameAfter)
            {
                var answer = await WaitAsync(exchange, flight.Stored, context.RequestAborted);
                if (answer is not null && await TryServeAsync(context, exchange, use, answer, reader.CameAfter ? null : flight))
                {
                    return true;
                }
                if (flight.Form != use.Form || flight.End != FlightEnd.Complete)
                {
                    return false;
                }
            }
            else if (await WaitAsync(exchange, reader.WaitForHeadAsync(context.RequestAborted), context.RequestAborted) == FlightEnd.Failed)
            {
                return false;
            }
            if (reader is { IsCut: true, Position: 0 })
            {
                // Too much came at once, and is not there any more; it can still have its own.
                return false;
            }
            await CopyAsync(context, exchange, use, reader);
            return true;
        }
        catch (TimeoutException)
        {
            exchange.Reject(RejectionReason.UpstreamTimeout, "The answer did not come within the time that x-gateway-timeout-ms allows.");
            return true;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            exchange.Outcome = RequestOutcome.CallerGone;
            return true;
        }
    }

    /// <summary>Waits for another request's call, as long as the caller has patience; it is the upstream's time, however it ends.</summary>
    private async Task<T> WaitAsync<T>(Exchange exchange, Task<T> awaited, CancellationToken callerGone)
    {
        var began = clock.GetTimestamp();
        try
        {
            return await awaited.WaitAsync(PatienceOf(exchange), clock, callerGone);
        }
        finally
        {
            exchange.UpstreamTime += clock.GetElapsedTime(began);
        }
    }

    /// <summary>What is left of the time that the caller gives.</summary>
    private TimeSpan PatienceOf(Exchange exchange)
    {
        if (exchange.Request!.Timeout is not { } timeout)
        {
            return Timeout.InfiniteTimeSpan;
        }
        var left = timeout - clock.GetElapsedTime(exchange.StartTimestamp);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task CopyAsync(HttpContext context, Exchange exchange, CacheUse use, FlightReader reader)
    {
        var flight = reader.Flight;
        var figures = exchange.Cache = new CacheFigures(CacheStatus.Shared) { PaidBy = flight.Leader, Semantic = use.Look?.Figures };
        exchange.Cost = FreeCost;
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        flight.Head!.CopyTo(context.Response);
        CacheHeaders.WriteAnswered(context, exchange, use, upstreamModel: "");
        var end = await reader.CopyToAsync(context.Response.Body, context.RequestAborted);
        if (end == FlightEnd.Complete)
        {
            figures.Saved = flight.Cost;
            return;
        }
        exchange.Outcome = RequestOutcome.CutByUpstream;
        context.Abort();
    }

    private static readonly Cost FreeCost = new(0, null);
}
