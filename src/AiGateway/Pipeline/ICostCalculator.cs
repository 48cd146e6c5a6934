using AiGateway.Configuration;
using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>Prices usage. Implemented by Accounting; used where a cost must be known before the record is written.</summary>
internal interface ICostCalculator
{
    /// <summary>What <paramref name="usage"/> costs at <paramref name="deployment"/>.</summary>
    /// <param name="snapshot">The request's snapshot, for the operator's own prices.</param>
    /// <param name="deployment">The deployment that answered.</param>
    /// <param name="upstreamModel">The model name that was sent.</param>
    /// <param name="responseModel">The model name in the answer; null when it has none.</param>
    /// <param name="serviceTier">The service tier in the answer; null when it has none.</param>
    /// <param name="usage">What was consumed.</param>
    /// <param name="at">When the request came in: the price period.</param>
    Cost Calculate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, string? responseModel, string? serviceTier, Usage usage, DateTimeOffset at);

    /// <summary>What <paramref name="usage"/> would cost by another model's list price, marked as estimated; unknown when that has none either.</summary>
    /// <param name="standIn">The model whose price stands in, as <c>provider/model</c>.</param>
    /// <param name="serviceTier">The service tier in the answer; null when it has none.</param>
    /// <param name="usage">What was consumed.</param>
    /// <param name="at">When the request came in: the price period.</param>
    Cost CalculateAs(string standIn, string? serviceTier, Usage usage, DateTimeOffset at);

    /// <summary>Whether a request to a deployment can be priced, as far as can be said before it is sent.</summary>
    bool Knows(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at);

    /// <summary>What <paramref name="usage"/> of a model costs that is no deployment's own, but a helper of one: the one that transcribes a realtime session's audio.</summary>
    /// <param name="snapshot">The request's snapshot, for the operator's own prices.</param>
    /// <param name="provider">Where it runs.</param>
    /// <param name="model">The provider's name of the model.</param>
    /// <param name="usage">What was consumed.</param>
    /// <param name="at">When the request came in: the price period.</param>
    Cost CalculateFor(Snapshot snapshot, ProviderModel provider, string model, Usage usage, DateTimeOffset at);

    /// <summary>Expected cost in USD of a request of this size, for the <c>cheapest</c> strategy; null when the price is unknown.</summary>
    decimal? Estimate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, int inputTokens, int outputTokens, DateTimeOffset at);

    /// <summary>The price list's facts on a deployment's model for <c>/v1/models</c>; null when it is not in the list.</summary>
    ModelFacts? FactsOf(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at);
}

/// <summary>What the price list knows of a model; prices are USD per million tokens.</summary>
internal sealed record ModelFacts(int? ContextWindow, int? MaxOutputTokens, decimal? InputPrice, decimal? OutputPrice, decimal? CachedInputPrice, string? Mode);
