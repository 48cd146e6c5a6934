using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Caching;

/// <summary>Which requests a cache is for.</summary>
internal static class Cacheability
{
    /// <summary>Why a request passes the cache by; <see cref="CacheBypass.None"/> when it does not.</summary>
    public static CacheBypass BypassOf(Exchange exchange, CacheModel cache, in CacheControls controls)
    {
        var request = exchange.Request!;
        if (!HasCacheableAnswer(request))
        {
            return CacheBypass.Operation;
        }
        if (request.Facts.IsStateful || (request.Operation == Operation.Responses && IsStoredFor(request)))
        {
            return CacheBypass.Stateful;
        }
        return controls.IsOff ? CacheBypass.Caller
            : cache.AllRequests || AlwaysSame(request.Operation) || request.Facts.IsDeterministic ? CacheBypass.None
            : CacheBypass.NotDeterministic;
    }

    /// <summary>Operations whose models do not draw lots.</summary>
    private static bool AlwaysSame(Operation operation) => operation is Operation.Embeddings or Operation.Moderations or Operation.Rerank;

    private static bool HasCacheableAnswer(GatewayRequest request) => request.Operation switch
    {
        Operation.ChatCompletions or Operation.Responses or Operation.Messages or Operation.Embeddings or Operation.Moderations or Operation.Rerank => request.Body is not null,
        Operation.GenerateContent => !request.StreamsAsArray,
        // No codec reads its events.
        Operation.Completions => !request.Facts.Stream,
        _ => false,
    };

    // An answer that is stored has an id under which it can be continued and deleted; each caller must get one of its own.
    private static bool IsStoredFor(GatewayRequest request) => !request.Facts.RefusesStore || request.Conversation.Count > 0;
}
