using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Caching;

/// <summary>What is known of a call that has brought a whole answer, when its request has settled and is gone.</summary>
/// <param name="Use">How its request uses the cache.</param>
/// <param name="Asked">The request, as far as the answer's form depends on it.</param>
/// <param name="Usage">What it consumed; null when nobody counted.</param>
/// <param name="MadeAt">When.</param>
internal sealed record FinishedCall(CacheUse Use, ChatRequest? Asked, Usage? Usage, DateTimeOffset MadeAt)
{
    /// <summary>Whether the provider's closing event never came.</summary>
    public bool IsUnclosed { get; init; }

    /// <summary>The request that paid for it.</summary>
    public required string PaidBy { get; init; }

    /// <summary>What it cost, in USD; null when nobody knows.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The model that was asked upstream.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>The model that the answer names.</summary>
    public string? ResponseModel { get; init; }

    /// <summary>The provider's own finish reason.</summary>
    public string? FinishReason { get; init; }

    /// <summary>What it can be purged by.</summary>
    public required string[] Tags { get; init; }

    /// <summary>Reads an exchange that has its whole answer.</summary>
    public static FinishedCall Of(Exchange exchange, CacheUse use, ChatRequest? asked, DateTimeOffset now)
    {
        var model = exchange.Answering!.UpstreamModel;
        return new FinishedCall(use, asked, exchange.Usage is { Estimated: false } usage ? usage : null, now)
        {
            IsUnclosed = exchange.IsUnclosed,
            PaidBy = exchange.Id,
            Cost = exchange.Cost?.Total,
            UpstreamModel = model,
            ResponseModel = exchange.ResponseModel,
            FinishReason = exchange.FinishReason,
            Tags = CacheTags.Of(exchange, model),
        };
    }
}
