using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

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

    /// <summary>Expected cost in USD of a request of this size; null when the price is unknown.</summary>
    /// <param name="snapshot">The request's snapshot, for the operator's own prices.</param>
    /// <param name="deployment">Where it would go.</param>
    /// <param name="upstreamModel">The model name that would be sent.</param>
    /// <param name="inputTokens">Its prompt.</param>
    /// <param name="outputTokens">Its answer.</param>
    /// <param name="at">The price period.</param>
    /// <param name="standIn">The model whose list price stands in where there is none, as <c>provider/model</c>; null for none.</param>
    decimal? Estimate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn = null);

    /// <summary>The most that a request of at most this size can cost: every token as the dearest kind that it may be billed as, in the dearest service tier that it may get. Null when the price is unknown.</summary>
    /// <remarks>Not in it is what a provider adds by a count that only it knows: searches, tool calls, surcharges of regions.</remarks>
    /// <param name="snapshot">The request's snapshot, for the operator's own prices.</param>
    /// <param name="deployment">Where it would go.</param>
    /// <param name="upstreamModel">The model name that would be sent.</param>
    /// <param name="request">The request, for what it may be billed as.</param>
    /// <param name="inputTokens">The most its prompt can have.</param>
    /// <param name="outputTokens">The most its answer can have.</param>
    /// <param name="at">The price period.</param>
    /// <param name="standIn">The model whose list price stands in where there is none, as <c>provider/model</c>; null for none.</param>
    decimal? Most(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, GatewayRequest request, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn);

    /// <summary>Expected cost in USD of a batch; null when no price of batches is known.</summary>
    /// <param name="snapshot">The request's snapshot, for the operator's own prices.</param>
    /// <param name="deployment">Where it would go.</param>
    /// <param name="upstreamModel">The model name that would be sent.</param>
    /// <param name="requests">Its requests.</param>
    /// <param name="inputTokens">Their prompts together.</param>
    /// <param name="outputTokens">Their answers together.</param>
    /// <param name="at">The price period.</param>
    /// <param name="standIn">The model whose list price stands in where there is none, as <c>provider/model</c>; null for none.</param>
    decimal? EstimateBatch(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, long requests, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn);

    /// <summary>The most that a batch can cost, by the same rules as <see cref="Most"/>, at the price of batches. Null when that is unknown.</summary>
    /// <param name="snapshot">The request's snapshot, for the operator's own prices.</param>
    /// <param name="deployment">Where it would go.</param>
    /// <param name="upstreamModel">The model name that would be sent.</param>
    /// <param name="volume">What its requests are, for what they may be billed as.</param>
    /// <param name="inputTokens">The most their prompts can have together.</param>
    /// <param name="outputTokens">The most their answers can have together.</param>
    /// <param name="at">The price period.</param>
    /// <param name="standIn">The model whose list price stands in where there is none, as <c>provider/model</c>; null for none.</param>
    decimal? MostOfBatch(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, BatchVolume volume, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn);

    /// <summary>The price list's facts on a deployment's model for <c>/v1/models</c>; null when it is not in the list.</summary>
    ModelFacts? FactsOf(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at);
}

/// <summary>What the price list knows of a model; prices are USD per million tokens.</summary>
internal sealed record ModelFacts(int? ContextWindow, int? MaxOutputTokens, decimal? InputPrice, decimal? OutputPrice, decimal? CachedInputPrice, string? Mode);
