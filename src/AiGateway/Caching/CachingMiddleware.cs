using AiGateway.Caching.Nodes;
using AiGateway.Caching.Refreshing;
using AiGateway.Caching.Semantic;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Fingerprints;

namespace AiGateway.Caching;

/// <summary>Answers what was answered before, lets identical requests in flight share one call, and keeps what comes of it. Passes where the alias has no cache.</summary>
internal sealed class CachingMiddleware(RequestDelegate next, AnswerStore store, FlightTable flights, NodeFlights nodes, StaleRefresher refresher, SemanticCache semantic, ServedHits served, AnswerServer server, TimeProvider clock)
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
        var cause = cache.StaleFor > TimeSpan.Zero ? context.Features.Get<RefreshCause>() : null;
        controls = cause is null ? controls : controls.Anew();
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
        if (await TryServeKeptAsync(context, exchange, use))
        {
            return;
        }
        // Who joins a call in flight gets its very own answer.
        if (cache.Semantic is not null && !controls.IsRefresh && !flights.Has(key))
        {
            var look = await semantic.LookAsync(exchange, use, print, context.RequestAborted);
            if (look is { Figures.Result: SemanticResult.Served, Answer: { } answer })
            {
                if (await server.TryServeAsync(context, exchange, use with { Look = look }, answer, CacheStatus.SemanticHit))
                {
                    served.Add(exchange.Id, exchange.Caller.Id, look);
                    return;
                }
                look = look with { Figures = look.Figures with { Result = SemanticResult.AnswerGone } };
            }
            use = use with { Look = look };
        }
        exchange.Cache = new CacheFigures(controls.IsRefresh ? CacheStatus.Refresh : CacheStatus.Miss) { Semantic = use.Look?.Figures, RefreshOf = cause?.RequestId };
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

    private async ValueTask<bool> TryServeKeptAsync(HttpContext context, Exchange exchange, CacheUse use)
    {
        if (use.Controls.IsRefresh || await store.FindAsync(use, isAgain: false, context.RequestAborted, mayBeStale: true) is not { } answer)
        {
            return false;
        }
        if (store.IsFresh(answer, use))
        {
            return await server.TryServeAsync(context, exchange, use, answer, CacheStatus.Hit);
        }
        refresher.Begin(context, exchange, use);
        return await server.TryServeAsync(context, exchange, use, answer, CacheStatus.Stale);
    }

    private async Task ShareAsync(HttpContext context, Exchange exchange, CacheUse use)
    {
        var began = clock.GetTimestamp();
        var (generation, hasMissedForm) = (0, false);
        while (true)
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
                    if (!await TryServeInsteadAsync(context, exchange, use, reader.Flight, began))
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
                    // It came in a form that cannot be turned into this caller's: who wants the same form shares another call.
                    if (hasMissedForm)
                    {
                        await GoOnAsync(context, exchange);
                        return;
                    }
                    hasMissedForm = true;
                    continue;
                }
                if (flight.Rejection is { } reason && (SharedFailures.IsOfTheRequest(reason.Reason) || (flight.Generation >= MostGenerations && SharedFailures.IsOfTheUpstream(reason.Reason))))
                {
                    exchange.Reject(reason);
                    return;
                }
                if (flight.Rejection is null && flight.Generation >= MostGenerations)
                {
                    // Nobody knows why: those who are left ask for themselves, and not one after the other.
                    await GoOnAsync(context, exchange);
                    return;
                }
                generation++;
            }
        }
    }

    /// <summary>Serves what need not be asked: what the call before this one has left, where that ended between the first look and now, and what another node's call brings.</summary>
    private async ValueTask<bool> TryServeInsteadAsync(HttpContext context, Exchange exchange, CacheUse use, Flight flight, long began)
    {
        var isNeeded = false;
        try
        {
            var (answer, isFromElsewhere) = use.Controls.IsRefresh ? (null, false) : await FindInsteadAsync(context, exchange, use, flight, began);
            if (answer is null)
            {
                isNeeded = true;
                return false;
            }
            // Whoever has joined has it too.
            flights.Remove(flight);
            flight.Give(answer, isFromElsewhere);
            flight.Lease?.End(LeaseState.Kept);
            if (!await server.TryServeAsync(context, exchange, use, answer, isFromElsewhere ? CacheStatus.Shared : CacheStatus.Hit))
            {
                await GoOnAsync(context, exchange);
            }
            return true;
        }
        finally
        {
            if (!isNeeded)
            {
                Drop(flight, null);
            }
        }
    }

    private async ValueTask<(StoredAnswer? Answer, bool IsFromElsewhere)> FindInsteadAsync(HttpContext context, Exchange exchange, CacheUse use, Flight flight, long began)
    {
        if (await store.FindAsync(use, isAgain: true, context.RequestAborted) is { } answer)
        {
            return (answer, false);
        }
        if (use.Model.NodeWait is not { } wait)
        {
            return (null, false);
        }
        var (left, patience) = (wait - clock.GetElapsedTime(began), PatienceOf(exchange));
        var asked = clock.GetTimestamp();
        var turn = await nodes.TurnAsync(use.Key, patience != Timeout.InfiniteTimeSpan && patience < left ? patience : left, context.RequestAborted);
        exchange.UpstreamTime += turn.HasWaited ? clock.GetElapsedTime(asked) : TimeSpan.Zero;
        flight.Lease = turn.Lease;
        return (turn.MayBeKept ? await store.FindSharedAsync(use, context.RequestAborted) : null, turn.HasWaited);
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
        flight.Lease?.End(LeaseState.GivenUp);
        flight.Finish(flight.Head is null ? FlightEnd.Failed : FlightEnd.Broken, rejection, null);
    }

    /// <summary>Reads what another request's call brings.</summary>
    /// <returns>False when nothing of it went to the caller.</returns>
    private async Task<bool> FollowAsync(HttpContext context, Exchange exchange, CacheUse use, FlightReader reader)
    {
        var flight = reader.Flight;
        try
        {
            var isWhole = !use.Form.Stream || flight.Form != use.Form || reader.CameAfter;
            if (!isWhole)
            {
                var end = await WaitAsync(exchange, reader.WaitForHeadAsync(context.RequestAborted), context.RequestAborted);
                if (end == FlightEnd.Failed)
                {
                    return false;
                }
                isWhole = end == FlightEnd.Given;
            }
            if (isWhole)
            {
                var answer = await WaitAsync(exchange, flight.Stored, context.RequestAborted);
                var isShared = !reader.CameAfter && (flight.End != FlightEnd.Given || flight.IsFromElsewhere);
                if (flight.End == FlightEnd.Given && !isShared && (use.Controls.IsRefresh || !store.IsFresh(answer!, use)))
                {
                    // It was old when this request came, and is not what it wants.
                    return false;
                }
                if (answer is not null && await server.TryServeAsync(context, exchange, use, answer, isShared ? CacheStatus.Shared : CacheStatus.Hit))
                {
                    return true;
                }
                if (flight.Form != use.Form || flight.End != FlightEnd.Complete)
                {
                    return false;
                }
            }
            var (first, ending) = await reader.NextAsync(context.RequestAborted);
            if (first.IsEmpty && ending != FlightEnd.Complete)
            {
                // It broke off before its first byte, or too much came at once and is not there any more; this request can still have its own.
                return false;
            }
            await CopyAsync(context, exchange, use, reader, first);
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

    private async Task CopyAsync(HttpContext context, Exchange exchange, CacheUse use, FlightReader reader, ReadOnlyMemory<byte> first)
    {
        var flight = reader.Flight;
        var figures = exchange.Cache = new CacheFigures(CacheStatus.Shared) { PaidBy = flight.Leader, Semantic = use.Look?.Figures };
        exchange.Cost = AnswerServer.Free;
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        flight.Head!.CopyTo(context.Response);
        CacheHeaders.WriteAnswered(context, exchange, use, upstreamModel: "", clock);
        await context.Response.Body.WriteAsync(first, context.RequestAborted);
        var end = await reader.CopyToAsync(context.Response.Body, context.RequestAborted);
        if (end == FlightEnd.Complete)
        {
            figures.Saved = flight.Cost;
            return;
        }
        exchange.Outcome = RequestOutcome.CutByUpstream;
        context.Abort();
    }
}
