using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>Opens the streams of several calls at once: all of them answer, or the attempt fails as the first that does not.</summary>
internal sealed class ChoiceStreams(AnswerReader answers)
{
    /// <summary>Sends the calls and reads until commit. On success the result owns the responses and the timer.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="calls">What to send.</param>
    /// <param name="send">Sends one call.</param>
    /// <param name="timer">The attempt's time-outs.</param>
    public async ValueTask<AttemptResult> OpenAsync(
        Exchange exchange, AttemptRecord attempt, FormCalls calls, Func<int, CancellationToken, Task<HttpResponseMessage>> send, AttemptTimer timer)
    {
        attempt.Calls = calls.Count;
        // As many sends as answers are wanted.
        await SocketThread.Leave();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token);
        var sends = new Task<HttpResponseMessage>[calls.Count];
        for (var i = 0; i < sends.Length; i++)
        {
            sends[i] = send(i, stop.Token);
        }
        var isAnswered = false;
        try
        {
            await foreach (var sent in Task.WhenEach(sends))
            {
                var response = await sent;
                if ((int)response.StatusCode >= 300)
                {
                    return await answers.ReadFailureAsync(attempt, response, timer);
                }
            }
            var responses = await Task.WhenAll(sends);
            var result = await answers.ReadChoicesAsync(exchange, attempt, responses, timer);
            isAnswered = result.Response is not null;
            return result;
        }
        finally
        {
            if (!isAnswered)
            {
                await stop.CancelAsync();
                await DisposeAsync(sends);
            }
        }
    }

    private static async Task DisposeAsync(Task<HttpResponseMessage>[] sends)
    {
        foreach (var sent in sends)
        {
            await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (sent.IsCompletedSuccessfully)
            {
                (await sent).Dispose();
            }
        }
    }
}
