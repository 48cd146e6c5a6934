using System.Buffers;
using System.Net;
using System.Runtime.ExceptionServices;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>Makes the calls of one attempt in a provider's own form, a few at once, and answers when all have: one that fails fails the attempt.</summary>
internal sealed class FormCallSender(AnswerReader answers, AnswerSettlement settlement, UpstreamAddresses addresses, TimeProvider clock)
{
    // Enough to hide the latency of one-input providers; few enough that one caller's batch is no burst on the provider's limits.
    private const int MostAtOnce = 4;

    /// <summary>Above any real answer: 2048 vectors of 3072 numbers are some 80 MB, and come in several.</summary>
    private const int LargestAnswer = 128 * 1024 * 1024;

    /// <summary>Sends the calls and makes the caller's answer. On success the timer is done with.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="calls">What to send.</param>
    /// <param name="send">Sends one body.</param>
    /// <param name="timer">The attempt's time-outs: the first byte's counts anew from each answer on.</param>
    public async ValueTask<AttemptResult> SendAsync(
        Exchange exchange, AttemptRecord attempt, FormCalls calls, Func<ReadOnlyMemory<byte>, CancellationToken, Task<HttpResponseMessage>> send, AttemptTimer timer)
    {
        attempt.Calls = calls.Bodies.Count;
        var failure = calls.Bodies.Count == 1
            ? await SendOneAsync(attempt, calls, 0, send, timer, timer.Token)
            : await SendAllAsync(attempt, calls, send, timer);
        // What the answers come to together is not known before they are merged.
        await SocketThread.Leave();
        return failure ?? Answer(exchange, attempt, calls, timer);
    }

    /// <summary>The request of one call.</summary>
    public UpstreamRequest RequestFor(Exchange exchange, AttemptRecord attempt, ProviderKey? key, string? path, ReadOnlyMemory<byte> body, IHeaderDictionary callerHeaders)
    {
        var address = path is null
            ? addresses.For(attempt.Deployment, exchange.Request!.Operation, dialect: null, stream: false, attempt.UpstreamModel)
            : addresses.ForForm(attempt.Deployment.Provider, path, attempt.UpstreamModel);
        var request = new UpstreamRequest(HttpMethod.Post, address, attempt.Deployment, key) { Content = Translations.Json(body) };
        request.Headers.TryAddWithoutValidation("User-Agent", ProductVersion.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        CallerHeaders.Copy(callerHeaders, request.Headers);
        return request;
    }

    private async Task<AttemptResult?> SendAllAsync(
        AttemptRecord attempt, FormCalls calls, Func<ReadOnlyMemory<byte>, CancellationToken, Task<HttpResponseMessage>> send, AttemptTimer timer)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token);
        var next = -1;
        AttemptResult? failure = null;
        ExceptionDispatchInfo? fault = null;
        var workers = new Task[Math.Min(MostAtOnce, calls.Bodies.Count)];
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
            while (!stop.IsCancellationRequested && Interlocked.Increment(ref next) is var number && number < calls.Bodies.Count)
            {
                try
                {
                    if (await SendOneAsync(attempt, calls, number, send, timer, stop.Token) is not { } failed)
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
        AttemptRecord attempt, FormCalls calls, int number, Func<ReadOnlyMemory<byte>, CancellationToken, Task<HttpResponseMessage>> send, AttemptTimer timer, CancellationToken stop)
    {
        using var response = await send(calls.Bodies[number], stop);
        var status = (int)response.StatusCode;
        if (status >= 300)
        {
            return await answers.ReadFailureAsync(attempt, response, timer);
        }
        var (body, whole) = await AnswerReader.ReadWholeAsync(response, LargestAnswer, timer, attempt.Deployment.Timeouts.Idle, stop);
        try
        {
            if (!whole)
            {
                return new AttemptResult(AttemptOutcome.Nonsense) { Status = status };
            }
            calls.Read(number, response, body.ReadyMemory);
        }
        catch (ChatFormatException)
        {
            return AnswerReader.ErrorOrNonsense(attempt, status, body.Ready);
        }
        finally
        {
            body.Release();
        }
        timer.Arm(attempt.Deployment.Timeouts.FirstByte, AttemptOutcome.FirstByteTimeout);
        return null;
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

        var written = new ArrayBufferWriter<byte>(4096);
        calls.Write(exchange.Usage, written);
        var answer = default(OutputBuffer);
        answer.Append(written.WrittenSpan);
        timer.Dispose();
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new WholeAnswerContent(answer) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return new AttemptResult(AttemptOutcome.Succeeded) { Status = (int)HttpStatusCode.OK, Response = response };
    }
}
