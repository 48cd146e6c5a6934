using System.Net;
using System.Runtime.ExceptionServices;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Makes the calls of one attempt in a provider's own form, a few at once, and answers when all have: one that fails fails the attempt.</summary>
internal sealed class FormCallSender(AnswerReader answers, AnswerSettlement settlement, TimeProvider clock)
{
    // Enough to hide the latency of one-input providers; few enough that one caller's batch is no burst on the provider's limits.
    private const int MostAtOnce = 4;

    /// <summary>Above any real answer: 2048 vectors of 3072 numbers are some 80 MB, and come in several.</summary>
    private const int LargestAnswer = 128 * 1024 * 1024;

    /// <summary>Bound on the answers of all calls where they are held together: ten pictures of 4096 by 4096.</summary>
    private const int LargestTogether = 512 * 1024 * 1024;

    private const int LargestError = 64 * 1024;

    /// <summary>Sends the calls and makes the caller's answer. On success the timer is done with.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="calls">What to send.</param>
    /// <param name="send">Sends one call.</param>
    /// <param name="timer">The attempt's time-outs: the first byte's counts anew from each answer on.</param>
    public async ValueTask<AttemptResult> SendAsync(
        Exchange exchange, AttemptRecord attempt, FormCalls calls, Func<int, CancellationToken, Task<HttpResponseMessage>> send, AttemptTimer timer)
    {
        attempt.Calls = calls.Count;
        if (calls.Passes)
        {
            return await PassAsync(exchange, attempt, calls, await send(0, timer.Token), timer);
        }
        var kept = calls.KeepsBodies ? new OutputBuffer[calls.Count] : [];
        try
        {
            var failure = calls.Count == 1
                ? await SendOneAsync(attempt, calls, 0, kept, send, timer, timer.Token)
                : await SendAllAsync(attempt, calls, kept, send, timer);
            // What the answers come to together is not known before they are merged.
            await SocketThread.Leave();
            return failure ?? Answer(exchange, attempt, calls, timer);
        }
        finally
        {
            for (var i = 0; i < kept.Length; i++)
            {
                kept[i].Release();
            }
        }
    }

    private async Task<AttemptResult?> SendAllAsync(
        AttemptRecord attempt, FormCalls calls, OutputBuffer[] kept, Func<int, CancellationToken, Task<HttpResponseMessage>> send, AttemptTimer timer)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token);
        var next = -1;
        AttemptResult? failure = null;
        ExceptionDispatchInfo? fault = null;
        var workers = new Task[Math.Min(MostAtOnce, calls.Count)];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = WorkAsync();
        }
        await Task.WhenAll(workers);
        fault?.Throw();
        if (failure is null)
        {
            // Time may have run out between two calls, where nobody notices it as a fault.
            timer.Token.ThrowIfCancellationRequested();
        }
        return failure;

        async Task WorkAsync()
        {
            while (!stop.IsCancellationRequested && Interlocked.Increment(ref next) is var number && number < calls.Count)
            {
                try
                {
                    if (await SendOneAsync(attempt, calls, number, kept, send, timer, stop.Token) is not { } failed)
                    {
                        continue;
                    }
                    Interlocked.CompareExchange(ref failure, failed, null);
                }
                catch (Exception e)
                {
                    // Whoever is first tells why; the others only see that they are to stop.
                    if (!stop.IsCancellationRequested || timer.Token.IsCancellationRequested)
                    {
                        Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(e), null);
                    }
                }
                await stop.CancelAsync();
            }
        }
    }

    /// <summary>Makes one call. Null when it was answered.</summary>
    private async Task<AttemptResult?> SendOneAsync(
        AttemptRecord attempt, FormCalls calls, int number, OutputBuffer[] kept, Func<int, CancellationToken, Task<HttpResponseMessage>> send, AttemptTimer timer, CancellationToken stop)
    {
        using var response = await send(number, stop);
        var status = (int)response.StatusCode;
        if (status >= 300)
        {
            return await answers.ReadFailureAsync(attempt, response, timer);
        }
        var (body, whole) = await AnswerReader.ReadWholeAsync(response, calls.KeepsBodies ? Math.Min(LargestAnswer, LargestTogether / calls.Count) : LargestAnswer, timer, attempt.Deployment.Timeouts.Idle, stop);
        try
        {
            if (!whole)
            {
                return new AttemptResult(AttemptOutcome.Nonsense) { Status = status };
            }
            if (calls.Read(number, response, body.ReadyMemory) is { } refusal)
            {
                return refusal.Kind == ProviderErrorKind.ContentPolicy
                    ? new AttemptResult(AttemptOutcome.ContentPolicy) { Status = StatusCodes.Status400BadRequest, Error = refusal }
                    : new AttemptResult(AttemptOutcome.ErrorEvent) { Status = status, Error = refusal };
            }
            if (calls.KeepsBodies)
            {
                kept[number] = body;
                body = default;
            }
        }
        catch (ChatFormatException e)
        {
            var failure = AnswerReader.ErrorOrNonsense(attempt, status, body.Ready);
            attempt.Error = failure.Error is null ? e.Message : null;
            return failure;
        }
        finally
        {
            body.Release();
        }
        timer.Arm(attempt.Deployment.Timeouts.FirstByte, AttemptOutcome.FirstByteTimeout);
        return null;
    }

    /// <summary>Hands on an answer that is bytes in no dialect. What is text or JSON instead is no answer.</summary>
    private async ValueTask<AttemptResult> PassAsync(Exchange exchange, AttemptRecord attempt, FormCalls calls, HttpResponseMessage response, AttemptTimer timer)
    {
        var passes = false;
        try
        {
            var status = (int)response.StatusCode;
            if (status >= 300)
            {
                return await answers.ReadFailureAsync(attempt, response, timer);
            }
            var upstream = await UpstreamBody.OpenAsync(response, timer.Token);
            var mediaType = AnswerReader.MediaType(response);
            var isText = mediaType.Contains("json", StringComparison.OrdinalIgnoreCase) || mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase);
            var (first, whole) = await UpstreamBody.ReadUpToAsync(upstream, isText ? LargestError : 0, timer, null);
            if (isText || (whole && first.IsEmpty))
            {
                var failure = AnswerReader.ErrorOrNonsense(attempt, status, first.Ready);
                first.Release();
                return failure;
            }
            exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
            var length = response.Content.Headers.ContentLength + calls.Head.Length;
            var stream = new PassingStream(exchange, attempt, timer, response, upstream, Behind(calls.Head.Span, first), meter: null, settlement);
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamedContent(stream, length) };
            answer.Content.Headers.TryAddWithoutValidation("Content-Type", calls.AnswerType);
            passes = true;
            return new AttemptResult(AttemptOutcome.Succeeded) { Status = status, Response = answer };
        }
        finally
        {
            if (!passes)
            {
                response.Dispose();
            }
        }
    }

    private static OutputBuffer Behind(ReadOnlySpan<byte> head, OutputBuffer first)
    {
        if (head.IsEmpty)
        {
            return first;
        }
        var joined = default(OutputBuffer);
        joined.Append(head);
        joined.Append(first.Ready);
        first.Release();
        return joined;
    }

    private AttemptResult Answer(Exchange exchange, AttemptRecord attempt, FormCalls calls, AttemptTimer timer)
    {
        Protocols.Usage? usage;
        try
        {
            usage = calls.Merge();
        }
        catch (ChatFormatException e)
        {
            attempt.Error = e.Message;
            return new AttemptResult(AttemptOutcome.Nonsense) { Status = (int)HttpStatusCode.OK };
        }
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        exchange.ResponseModel = calls.Model;
        exchange.FinishReason = calls.FinishReason;
        exchange.ServiceTier = calls.ServiceTier;
        attempt.Outcome = AttemptOutcome.Succeeded;
        settlement.Settle(exchange, attempt, usage, 0, calls.UsageOfCalls);

        var written = new OutputWriter(calls.AnswerLength);
        calls.Write(exchange.Usage, written);
        timer.Dispose();
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new WholeAnswerContent(written.Take()) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", calls.AnswerType);
        return new AttemptResult(AttemptOutcome.Succeeded) { Status = (int)HttpStatusCode.OK, Response = response };
    }
}
