using System.Diagnostics;
using System.Net;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using AiGateway.Providers;
using AiGateway.Providers.Credentials;
using Polly;
using Polly.CircuitBreaker;

namespace AiGateway.Forwarding;

/// <summary>Sends one exchange's request to the deployments of its plan until one answers: the forwarder above sees one send.</summary>
/// <remarks>
/// (1) The walk says where the attempt goes; the rotation says with which key.
/// (2) The request is made anew for each attempt, from the same body and that deployment's edits.
/// (3) The answer is read until it may be committed; a death before that is unseen.
/// (4) A failure rests the deployment or the key, as its kind demands, and the walk says what follows.
/// After commit nothing here runs any more: the answer's own stream deals with a break.
/// </remarks>
internal sealed class AttemptHandler : DelegatingHandler
{
    // Timers count in ticks of some milliseconds and may fire that much early: a rest that is all but over is over.
    private static readonly TimeSpan TimerPrecision = TimeSpan.FromMilliseconds(20);

    private readonly AttemptServices _services;
    private readonly Exchange _exchange;
    private readonly IHeaderDictionary _callerHeaders;
    private readonly string _method;
    private readonly PlanWalk _walk;
    private readonly long _deadline;
    private AttemptResult? _last;
    private AttemptResult? _first;
    private bool _lastRested;
    private Secret? _sent;

    public AttemptHandler(AttemptServices services, Exchange exchange, HttpRequest request)
        : base(services.Upstream)
    {
        _services = services;
        _exchange = exchange;
        _callerHeaders = request.Headers;
        _method = request.Method;
        _walk = new PlanWalk(exchange.Plan!, services.Random);
        _deadline = exchange.Request!.Timeout is { } timeout
            ? exchange.StartTimestamp + (long)(timeout.TotalSeconds * services.Clock.TimestampFrequency) : long.MaxValue;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var began = _services.Clock.GetTimestamp();
        AttemptResult result;
        // Comments belong to event streams; in a JSON array there is no place for them.
        if (_exchange.Request is { Facts.Stream: true, StreamsAsArray: false } && _exchange.Plan!.Alias.KeepAlive is { } interval)
        {
            var answer = SendUntilAnsweredAsync(cancellationToken).AsTask();
            if (await Task.WhenAny(answer, Task.Delay(interval, _services.Clock, cancellationToken)) != answer)
            {
                return KeepAliveStream.Answer(answer, interval, _exchange, this, _services.Clock);
            }
            result = await answer;
        }
        else
        {
            result = await SendUntilAnsweredAsync(cancellationToken);
        }
        _exchange.UpstreamTime = _services.Clock.GetElapsedTime(began);
        if (result.Response is { } response)
        {
            return response;
        }
        if (result.Outcome == AttemptOutcome.CallerGone)
        {
            // Nobody is left to be told of an error, and it was no failure.
            _exchange.Outcome = RequestOutcome.CallerGone;
        }
        else
        {
            _exchange.Reject(RejectionFor(result));
        }
        return new HttpResponseMessage(HttpStatusCode.BadGateway);
    }

    /// <summary>The rejection when all attempts have failed.</summary>
    public Rejection RejectionFor(AttemptResult last) => FailureMessages.RejectionFor(last, _exchange, Cooldowns.SoonestEnd(_exchange.Plan!, _services.Clock));

    private IAttemptAnswers Answers => _services.AnswersTo(_exchange.Request!);

    /// <summary>Disposing would reach the handlers that all exchanges share.</summary>
#pragma warning disable CA2215 // base.Dispose is exactly what must not happen.
    protected override void Dispose(bool disposing)
    {
    }
#pragma warning restore CA2215

    private async ValueTask<AttemptResult> SendUntilAnsweredAsync(CancellationToken cancellationToken)
    {
        // Nearly always the first attempt answers, and the loop is not even entered.
        var first = await SendOnceAsync(cancellationToken);
        if (!first.TryNext)
        {
            return first;
        }
        _first = first;
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await _services.Retries.ExecuteOutcomeAsync(
                static async (context, self) => Outcome.FromResult(self.TakeFirst() ?? await self.SendOnceAsync(context.CancellationToken)), context, this);
            outcome.ThrowIfException();
            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private AttemptResult? TakeFirst()
    {
        var first = _first;
        _first = null;
        return first;
    }

    private async ValueTask<AttemptResult> SendOnceAsync(CancellationToken cancellationToken)
    {
        // Translating and signing grow with the body, and another attempt begins where the answer to the one before came in.
        await SocketThread.LeaveFor(_exchange.Request!.Body?.Length ?? 0);
        var deployment = _walk.Current;
        var clock = _services.Clock;
        var rest = Cooldowns.LeftOf(deployment, clock);
        if (rest > TimerPrecision && (_lastRested || _last is null or { Outcome: AttemptOutcome.RateLimited }))
        {
            // It asked to be left alone, and there was nobody else: say so at once instead of asking again.
            return Resting(deployment, rest);
        }
        _lastRested = false;
        if (_exchange.Admission is { } limits && await limits.TryEnterAsync(deployment) is { } refusal)
        {
            return NotAdmitted(deployment, refusal);
        }
        AttemptResult result;
        if (_walk.PastBreaker)
        {
            result = await SendAsync(deployment, cancellationToken);
        }
        else if (deployment.State.CircuitOpenUntil == 0)
        {
            result = await SendAsync(deployment, cancellationToken);
            _services.Breakers.Report(deployment, result);
        }
        else
        {
            result = await SendThroughBreakerAsync(deployment, cancellationToken);
        }
        _last = result;
        if (_exchange.Admission is { } admission && result.Response is null)
        {
            admission.Leave(_exchange.Attempts[^1]);
        }

        var hasOtherKey = result.Outcome is AttemptOutcome.CredentialRefused or AttemptOutcome.RateLimited
            && deployment.Provider.Keys.Length > 1 && KeyRotation.HasFreeKey(deployment.Provider, clock.GetTimestamp());
        if (_walk.MoveOn(result.Outcome, result.RetryAfter, hasOtherKey) is { } delay && clock.GetTimestamp() + (long)(delay.TotalSeconds * clock.TimestampFrequency) < _deadline)
        {
            result.TryNext = true;
            result.Delay = delay;
        }
        return result;
    }

    private AttemptResult Resting(DeploymentModel deployment, TimeSpan rest)
    {
        // A caller must not be told of a rate limit when it is our own key that the provider refuses.
        var outcome = deployment.State.IsRateLimited ? AttemptOutcome.RateLimited : AttemptOutcome.CircuitOpen;
        _exchange.Attempts.Add(new AttemptRecord(deployment, _exchange.Plan!.UpstreamModelFor(deployment), null) { Outcome = outcome, Error = "not sent: the deployment rests" });
        var result = new AttemptResult(outcome) { RetryAfter = rest };
        (_last, _lastRested) = (result, true);
        if (_walk.MoveOn(AttemptOutcome.CircuitOpen, rest, hasOtherKey: false) is { } delay && !_walk.PastBreaker)
        {
            result.TryNext = true;
            result.Delay = delay;
        }
        return result;
    }

    /// <summary>A limit does not allow it: the next deployment may be cheaper, or have room.</summary>
    private AttemptResult NotAdmitted(DeploymentModel deployment, Rejection refusal)
    {
        _exchange.Attempts.Add(new AttemptRecord(deployment, _exchange.Plan!.UpstreamModelFor(deployment), null) { Outcome = AttemptOutcome.NotAdmitted, Error = refusal.Message });
        var result = new AttemptResult(AttemptOutcome.NotAdmitted) { RetryAfter = refusal.RetryAfter, Rejection = refusal };
        if (_walk.MoveOn(AttemptOutcome.NotAdmitted, null, hasOtherKey: false) is { } delay)
        {
            result.TryNext = true;
            result.Delay = delay;
        }
        else if (_last is { Outcome: not AttemptOutcome.NotAdmitted } failed)
        {
            // Nothing else may be tried; what went wrong is still what went wrong before.
            failed.TryNext = false;
            return failed;
        }
        _last ??= result;
        return result;
    }

    private async ValueTask<AttemptResult> SendThroughBreakerAsync(DeploymentModel deployment, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            var outcome = await _services.Breakers.For(deployment).ExecuteOutcomeAsync(
                static async (context, state) => Outcome.FromResult(await state.Self.SendAsync(state.Deployment, context.CancellationToken)),
                context, (Self: this, Deployment: deployment));
            if (outcome.Exception is BrokenCircuitException)
            {
                _exchange.Attempts.Add(new AttemptRecord(deployment, _exchange.Plan!.UpstreamModelFor(deployment), null) { Outcome = AttemptOutcome.CircuitOpen });
                return new AttemptResult(AttemptOutcome.CircuitOpen);
            }
            outcome.ThrowIfException();
            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<AttemptResult> SendAsync(DeploymentModel deployment, CancellationToken cancellationToken)
    {
        var clock = _services.Clock;
        var isCallers = deployment.Provider.Credentials.Kind == CredentialsKind.Caller;
        var key = isCallers ? CallerKey.Find(_callerHeaders, _exchange.Snapshot.Callers.IsConfigured, deployment.Provider) : KeyRotation.Next(deployment.Provider, clock.GetTimestamp());
        var record = new AttemptRecord(deployment, _exchange.Plan!.UpstreamModelFor(deployment), key?.Id)
        {
            StartedAfter = clock.GetElapsedTime(_exchange.StartTimestamp),
        };
        record.Dialect = Translations.DialectFor(_exchange.Request!, deployment, record.UpstreamModel);
        _exchange.Attempts.Add(record);
        if (isCallers && key is null)
        {
            return FailureMessages.WithoutCallerKey(record);
        }
        if (!await _services.Journal.BeginAsync(_exchange, record))
        {
            return FailureMessages.WithoutJournal(record, _services.Journal.Refusal);
        }
        record.WasSent = true;
        var timer = new AttemptTimer(clock, TotalFor(deployment), cancellationToken);
        HttpResponseMessage? response = null;
        _sent = null;
        AttemptResult result;
        var span = _services.Tracing.StartAttempt(_exchange.Span, _exchange.Request!.Operation, record);
        deployment.State.Begin();
        try
        {
            // An upload of some hundred megabytes takes its time before anyone can answer.
            timer.Arm(_exchange.Request!.Objects is { Action: ObjectAction.Create } ? deployment.Timeouts.Total : deployment.Timeouts.FirstByte, AttemptOutcome.FirstByteTimeout);
            if (await ProviderForms.ForAsync(_services, _exchange, record, _callerHeaders, timer.Token) is { } calls)
            {
                result = await SendCallsAsync(record, key, span, calls, timer);
            }
            else
            {
                using var request = AttemptRequests.Build(_services, _exchange, record, key, _method, _callerHeaders);
                _services.Tracing.Inject(span, _callerHeaders, request);
                response = await base.SendAsync(request, timer.Token);
                _sent = request.SentSecret;
                result = await Answers.ReadAsync(_exchange, record, response, timer);
                if (result.Response?.Content is StreamedContent && request.Content is EditedBodyContent { IsSent: true })
                {
                    // Nobody asks again after commit, and a stream may last for minutes: a long prompt need not wait for its end.
                    await _exchange.Request.Body!.DisposeAsync();
                }
            }
        }
        catch (ChatFormatException e)
        {
            // The request itself, before anything was sent: no other deployment would read it otherwise.
            record.WasSent = false;
            result = new AttemptResult(AttemptOutcome.Refused) { Status = 400, Error = new ProviderError(e.Message, "invalid_request_error", null, e.Path, ProviderErrorKind.InvalidRequest) };
        }
        catch (Exception e) when (UpstreamFaults.IsUpstreamFault(e))
        {
            record.Error = UpstreamFaults.Describe(e);
            result = new AttemptResult(UpstreamFaults.OutcomeOf(e, timer)) { Status = (int?)response?.StatusCode ?? 0 };
        }
        catch
        {
            deployment.State.End();
            throw;
        }
        EndWithAnswer(deployment.State, result);

        if (result.Error is { } error)
        {
            result.Error = SecretRedaction.Redact(error, deployment.Provider, key, _sent);
        }
        record.Status = result.Status;
        record.Error ??= result.Error?.Message;
        record.Duration = timer.Elapsed;
        if (record.Outcome == AttemptOutcome.Pending)
        {
            record.Outcome = result.Outcome;
        }
        if (result.Response is not null)
        {
            // A success, or a native error: that is the provider's own answer and goes to the caller as it is.
            _exchange.Answering = record;
        }
        if (result.Outcome == AttemptOutcome.Succeeded)
        {
            deployment.State.EndRest();
            deployment.State.ObserveLatency(timer.Elapsed);
        }
        else
        {
            response?.Dispose();
            timer.Dispose();
            if (Answers.RestsOthers(result.Outcome))
            {
                Cooldowns.Begin(deployment, key, result, clock);
            }
        }
        // At commit, not at the last byte: the request's own span tells how long the stream went on.
        _services.Tracing.FinishAttempt(span, record);
        return result;
    }

    /// <summary>The deployment is busy for as long as its answer streams: that is what <c>least_busy</c> compares.</summary>
    private static void EndWithAnswer(DeploymentState state, AttemptResult result)
    {
        if (result.Response?.Content is StreamedContent { Stream: var stream })
        {
            stream.Busy = state;
        }
        else if (result.Response is { StatusCode: HttpStatusCode.SwitchingProtocols })
        {
            // Whoever runs the session says when it is over.
        }
        else
        {
            state.End();
        }
    }

    // A method of its own: the closure would otherwise be made for every attempt, whatever it asks for.
    private ValueTask<AttemptResult> SendCallsAsync(AttemptRecord attempt, ProviderKey? key, Activity? span, FormCalls calls, AttemptTimer timer)
    {
        return calls is ChoiceCalls && _exchange.Request!.Facts.Stream
            ? _services.Choices.OpenAsync(_exchange, attempt, calls, SendAsync, timer)
            : _services.Forms.SendAsync(_exchange, attempt, calls, SendAsync, timer);

        Task<HttpResponseMessage> SendAsync(int number, CancellationToken stop) => SendCallAsync(attempt, key, span, calls, number, stop);
    }

    private async Task<HttpResponseMessage> SendCallAsync(AttemptRecord attempt, ProviderKey? key, Activity? span, FormCalls calls, int number, CancellationToken cancellationToken)
    {
        using var request = AttemptRequests.BuildCall(_services, _exchange, attempt, key, calls, number, _method, _callerHeaders);
        _services.Tracing.Inject(span, _callerHeaders, request);
        var response = await base.SendAsync(request, cancellationToken);
        _sent = request.SentSecret;
        return response;
    }

    private TimeSpan TotalFor(DeploymentModel deployment)
    {
        if (_deadline == long.MaxValue)
        {
            return deployment.Timeouts.Total;
        }
        var left = _services.Clock.GetElapsedTime(_services.Clock.GetTimestamp(), _deadline);
        return left < deployment.Timeouts.Total ? left : deployment.Timeouts.Total;
    }
}
