using AiGateway.Pipeline;

namespace AiGateway.Caching;

/// <summary>Serves answers that are kept, as if they had just been made.</summary>
internal sealed class AnswerServer(TimeProvider clock, DrainState drain)
{
    /// <summary>What an answer costs that nobody was asked for.</summary>
    public static readonly Cost Free = new(0, null);

    /// <summary>Serves an answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="exchange">The same.</param>
    /// <param name="use">How it uses the cache.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="status">What the record says of it.</param>
    /// <returns>False when it cannot be written in the form that the caller wants; then nothing has been.</returns>
    public async ValueTask<bool> TryServeAsync(HttpContext context, Exchange exchange, CacheUse use, StoredAnswer answer, CacheStatus status)
    {
        var now = clock.GetUtcNow();
        var pace = use is { Form.Stream: true, Model.ReplayTokensPerSecond: { } speed } ? new ReplayPace(speed) : null;
        // Many small pieces are as dear as one that is large.
        await SocketThread.LeaveFor(pace is null ? answer.Body.Length : long.MaxValue);
        if (Replay.BytesFor(answer, exchange, use.Form, now, pace) is not { } bytes)
        {
            return false;
        }
        exchange.Cache = new CacheFigures(status)
        {
            Semantic = use.Look?.Figures,
            Saved = answer.Cost,
            PaidBy = answer.PaidBy,
            // Another node's clock may be ahead.
            Age = status != CacheStatus.Shared && now > answer.MadeAt ? now - answer.MadeAt : TimeSpan.Zero,
        };
        exchange.Cost = Free;
        (exchange.ResponseModel, exchange.FinishReason) = (answer.ResponseModel, answer.FinishReason);
        exchange.TimeToFirstToken = clock.GetElapsedTime(exchange.StartTimestamp);
        CacheHeaders.WriteAnswered(context, exchange, use, answer.UpstreamModel, clock);
        Replay.Begin(context.Response, bytes.Length, use.Form);
        if (pace is null)
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
        else
        {
            await pace.WriteAsync(context.Response.Body, bytes, clock, drain, context.RequestAborted);
        }
        return true;
    }
}
