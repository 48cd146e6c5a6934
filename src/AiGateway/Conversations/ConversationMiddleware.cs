using System.Globalization;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Conversations;

/// <summary>Serves what the gateway itself keeps of responses: loads the conversation that <c>previous_response_id</c> stands for, and answers <c>/v1/responses/{id}…</c>.</summary>
/// <remarks>Responses that a provider keeps pass this stage untouched: Routing sends them to where they live.</remarks>
internal sealed partial class ConversationMiddleware(RequestDelegate next, IConversationStore store, ILogger<ConversationMiddleware> logger)
{
    // A conversation of more turns has long outgrown every context window; the bound ends the walk.
    private const int MostTurns = 500;
    private const int MostBytes = 64 * 1024 * 1024;

    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        return exchange.Request!.StoredObject is { IsAtGateway: true } kept ? ServeAsync(context, exchange, kept) : next(context);
    }

    private async Task ServeAsync(HttpContext context, Exchange exchange, StoredObject kept)
    {
        if (await TryServeAsync(context, exchange, kept))
        {
            await next(context);
        }
    }

    /// <returns>True when the request is to go on.</returns>
    private async ValueTask<bool> TryServeAsync(HttpContext context, Exchange exchange, StoredObject kept)
    {
        var request = exchange.Request!;
        var isStored = request.Operation == Operation.StoredResponse;
        if (!store.IsOn)
        {
            exchange.Reject(isStored
                ? new Rejection(RejectionReason.UnknownObject, "This gateway no longer keeps responses (host.store_responses is off).", "response_id")
                : PreviousResponses.NotKept(request.Model));
            return false;
        }
        try
        {
            if (isStored)
            {
                await KeptResponseEndpoint.AnswerAsync(context, exchange, kept, store);
                return false;
            }
            return await LoadAsync(context, exchange, kept);
        }
        catch (StoreException e)
        {
            Log.StoreOut(logger, exchange.Id, e.Message);
            exchange.Reject(new Rejection(
                RejectionReason.ResponseStoreUnavailable,
                "The gateway's store of responses cannot be used at the moment. Try again, or leave previous_response_id out and send the conversation in 'input'.")
            { RetryAfter = TimeSpan.FromSeconds(5) });
            return false;
        }
    }

    private async ValueTask<bool> LoadAsync(HttpContext context, Exchange exchange, StoredObject kept)
    {
        var turns = new List<KeptResponse>();
        var size = 0L;
        for (var id = kept.UpstreamId; id is not null;)
        {
            if (turns.Count == MostTurns)
            {
                exchange.Reject(PreviousResponses.Unusable(string.Create(CultureInfo.InvariantCulture, $"The conversation that previous_response_id stands for has more than {MostTurns} turns.")));
                return false;
            }
            var turn = await store.FindAsync(kept.Tenant, id, context.RequestAborted);
            if (turn is null)
            {
                exchange.Reject(turns.Count == 0
                    ? PreviousResponses.NotFound(GivenId(exchange))
                    : PreviousResponses.Unusable("A response earlier in the conversation that previous_response_id stands for was deleted, or has expired."));
                return false;
            }
            size += turn.Size;
            if (size > MostBytes)
            {
                exchange.Reject(PreviousResponses.Unusable(string.Create(CultureInfo.InvariantCulture, $"The conversation that previous_response_id stands for has more than {MostBytes >> 20} MiB.")));
                return false;
            }
            turns.Add(turn);
            id = turn.PreviousId;
        }
        turns.Reverse();
        exchange.Request!.Conversation = turns;
        return true;
    }

    private static string GivenId(Exchange exchange)
    {
        var quoted = exchange.Request!.Facts.PreviousResponseIdValue.Of(exchange.Request.Body!.Memory.Span);
        return System.Text.Encoding.UTF8.GetString(quoted[1..^1]);
    }

    private static partial class Log
    {
        [LoggerMessage(4111, LogLevel.Error, "Request {RequestId} was refused, because the store of responses cannot be used: {Reason}")]
        public static partial void StoreOut(ILogger logger, string requestId, string reason);
    }
}
