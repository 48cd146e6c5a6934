using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

namespace AiGateway.Accounting;

/// <summary>Prices usage by the operator's prices and the price list.</summary>
/// <remarks>A cost is known or it is not: nothing is ever priced at 0 for want of a figure.</remarks>
internal sealed class CostCalculator(PriceCatalogue catalogue) : ICostCalculator
{
    private const string UnlistedTier = "+unlisted_tier";

    private readonly PriceResolver _resolver = new(catalogue);

    /// <inheritdoc />
    public Cost Calculate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, string? responseModel, string? serviceTier, Usage usage, DateTimeOffset at) =>
        Calculate(_resolver.Resolve(snapshot, deployment, upstreamModel, responseModel), serviceTier, usage, at);

    /// <inheritdoc />
    public Cost CalculateAs(string standIn, string? serviceTier, Usage usage, DateTimeOffset at)
    {
        if (Find(standIn) is not { } model)
        {
            return CostArithmetic.Unknown($"no price for the stand-in {standIn}", usage.ReportedCost);
        }
        var cost = Calculate(model, serviceTier, usage, at);
        return cost.Total is null ? cost : cost with { IsEstimated = true, PriceSet = cost.PriceSet + "+stand_in" };
    }

    /// <summary>What <paramref name="usage"/> costs by a price that has been found.</summary>
    public Cost Calculate(ResolvedPrice resolved, string? serviceTier, Usage usage, DateTimeOffset at)
    {
        if (usage.ReportedCost is { } reported && resolved.ReportedShare is { } share)
        {
            return new Cost(reported * share, null) { Other = reported * share, Reported = reported, PriceSet = Cost.ReportedSet };
        }
        return resolved.Price is { } model ? Calculate(model, serviceTier, usage, at)
            : usage.ReportedCost is null ? resolved.Unknown
            : resolved.Unknown with { Reported = usage.ReportedCost };
    }

    /// <inheritdoc />
    public Cost CalculateFor(Snapshot snapshot, ProviderModel provider, string model, Usage usage, DateTimeOffset at) =>
        // The provider's own deployment names no price of its own.
        snapshot.Native.TryGetValue(provider.Id, out var deployment)
            ? Calculate(snapshot, deployment, model, model, null, usage, at) : Cost.Unknown($"no price for {provider.PricesFrom}/{model}");

    /// <inheritdoc />
    public decimal? Estimate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn = null) =>
        ModelFor(snapshot, deployment, upstreamModel, standIn) is { } model && model.PeriodAt(at)?.SetFor(null, at, out _) is { } set
            ? Estimate(model, set, 1, inputTokens, outputTokens) : null;

    /// <inheritdoc />
    public decimal? EstimateBatch(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, long requests, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn) =>
        ModelFor(snapshot, deployment, upstreamModel, standIn) is { } model && model.PeriodAt(at)?.SetFor(Cost.BatchTier, at, out _) is { } set
            ? Estimate(model, set, Math.Max(1, requests), inputTokens, outputTokens) : null;

    /// <inheritdoc />
    public decimal? Most(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, GatewayRequest request, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn) =>
        ModelFor(snapshot, deployment, upstreamModel, standIn)?.PeriodAt(at) is { } period ? CostBound.Most(period, request, inputTokens, outputTokens) : null;

    /// <inheritdoc />
    public decimal? MostOfBatch(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, BatchVolume volume, long inputTokens, long outputTokens, DateTimeOffset at, string? standIn) =>
        ModelFor(snapshot, deployment, upstreamModel, standIn)?.PeriodAt(at)?.SetFor(Cost.BatchTier, at, out _) is { } set ? CostBound.Most(set, volume, inputTokens, outputTokens) : null;

    /// <inheritdoc />
    public bool Knows(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at)
    {
        var resolved = _resolver.Resolve(snapshot, deployment, upstreamModel, null);
        return resolved.ReportedShare is not null || resolved.Price?.PeriodAt(at) is not null;
    }

    /// <inheritdoc />
    public ModelFacts? FactsOf(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at)
    {
        var resolved = _resolver.Resolve(snapshot, deployment, upstreamModel, null);
        if ((resolved.Price ?? resolved.Listed) is not { } model)
        {
            return null;
        }
        var tokens = resolved.Price?.PeriodAt(at)?.SetFor(null, at, out _)?.Tokens;
        return new ModelFacts(
            model.ContextWindow,
            model.MaxOutputTokens,
            PerMillion(tokens?.Input),
            PerMillion(tokens?.Output),
            tokens?.Input is null ? null : PerMillion(tokens.CachedInput),
            model.Mode);
    }

    private static decimal? Estimate(ModelPrice model, PriceSet set, long requests, long inputTokens, long outputTokens)
    {
        var tokens = set.TokensFor(inputTokens / requests, out _);
        if (tokens.Input is not { } input || (tokens.Output is null && outputTokens > 0 && model.Mode is "chat"))
        {
            return set.Units.PerRequest * requests;
        }
        try
        {
            return (inputTokens * input) + (outputTokens * (tokens.Output ?? 0)) + ((set.Units.PerRequest ?? 0) * requests);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private ModelPrice? ModelFor(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, string? standIn) =>
        _resolver.Resolve(snapshot, deployment, upstreamModel, null).Price ?? (standIn is null ? null : Find(standIn));

    private ModelPrice? Find(string standIn) =>
        standIn.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? catalogue.Find(standIn[..slash], standIn[(slash + 1)..]) : null;

    private Cost Calculate(ModelPrice model, string? serviceTier, Usage usage, DateTimeOffset at)
    {
        if (model.PeriodAt(at) is not { } period)
        {
            return CostArithmetic.Unknown($"no price for {model.Provider}/{model.Model} at {at.UtcDateTime:yyyy-MM-dd}", usage.ReportedCost);
        }
        if (period.SetFor(serviceTier, at, out var listed) is not { } set)
        {
            return CostArithmetic.Unknown($"no price for service tier {serviceTier!.ToLowerInvariant()} of {model.Provider}/{model.Model}", usage.ReportedCost);
        }
        // A contract's price holds everywhere.
        var surcharge = usage.Detail?.Region is { } region && !period.AnyServiceTier ? catalogue.SurchargeOf(model.Provider, region) : 0;
        var cost = CostArithmetic.Calculate(model, period, set, usage, surcharge);
        return listed || cost.Total is null ? cost : cost with { PriceSet = cost.PriceSet + UnlistedTier };
    }

    // The division by one with all its zeros takes the zeros off the end of the quotient: 0.13, not 0.13000000.
    private static decimal? PerMillion(decimal? price) => price * 1_000_000m / 1.0000000000000000000000000000m;
}
