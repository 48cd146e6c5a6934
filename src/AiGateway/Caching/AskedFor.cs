using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;

namespace AiGateway.Caching;

/// <summary>A conversation's request as far as the form of its answer depends on it: no codec has to read the conversation for that.</summary>
internal static class AskedFor
{
    /// <summary>The request; null for operations that are no conversations. To be called before dispatch, which may give the body back.</summary>
    public static ChatRequest? Of(Exchange exchange)
    {
        var request = exchange.Request!;
        return ChatDialects.Of(request.Operation) is not { } dialect ? null : new ChatRequest
        {
            Source = dialect,
            Model = request.Model,
            Stream = request.Facts.Stream,
            IncludeUsage = request.Facts.IncludeUsage,
            LegacyFunctions = request.Facts.HasTools && request.Body!.Memory.Span.IndexOf("\"functions\""u8) >= 0,
            AnswerId = exchange.Id["req_".Length..],
            AnswerCreated = exchange.StartedAt.ToUnixTimeSeconds(),
        };
    }
}
