using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Forwarding;

/// <summary>Writes what an answer consumed and cost into the exchange, once, whether it was whole, cut, or left by its caller.</summary>
internal sealed class AnswerSettlement(ICostCalculator costs, BackgroundResponses background)
{
    /// <summary>Settles an answer.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt that gave it.</param>
    /// <param name="usage">What the provider reported; null when it reported nothing.</param>
    /// <param name="estimatedOutputTokens">Output tokens by our own estimate, for when it did not.</param>
    /// <param name="calls">What each of several calls consumed, of which <paramref name="usage"/> is the sum: prices that depend on the size of a prompt depend on each one's. Empty for one call.</param>
    public void Settle(Exchange exchange, AttemptRecord attempt, Usage? usage, int estimatedOutputTokens, IReadOnlyList<Usage> calls)
    {
        var request = exchange.Request!;
        if (request.Operation == Operation.StoredResponse && (usage is null || !background.Take(request.StoredObject!.UpstreamId)))
        {
            // What an answer consumed was billed when it was made, not each time it is read.
            return;
        }
        usage ??= Estimate(request, exchange.ResponseModel ?? attempt.UpstreamModel, estimatedOutputTokens);
        if (usage is null)
        {
            return;
        }
        // What the request says of the price is kept with the usage, so that the ledger can be priced anew.
        usage = WithTerms(exchange, usage);
        var cost = calls.Count == 0 ? CostOf(exchange, attempt, exchange.ResponseModel, exchange.ServiceTier, usage)
            : Cost.Sum([.. calls.Select(call => CostOf(exchange, attempt, exchange.ResponseModel, exchange.ServiceTier, call))]);
        attempt.Usage = usage;
        attempt.Cost = cost;
        exchange.Usage = usage;
        exchange.Cost = cost;
    }

    /// <summary>Settles the answer of one call.</summary>
    public void Settle(Exchange exchange, AttemptRecord attempt, Usage? usage, int estimatedOutputTokens) => Settle(exchange, attempt, usage, estimatedOutputTokens, []);

    /// <summary>Notes what a failed answer consumed that nobody sees: what the provider reported, else what came of it. Nothing where nothing came.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt that failed.</param>
    /// <param name="figures">What was read of its answer.</param>
    public void SettleUnseen(Exchange exchange, AttemptRecord attempt, in AnswerFigures figures)
    {
        if (exchange.Request!.Operation == Operation.StoredResponse)
        {
            return;
        }
        var usage = figures.Usage;
        if (usage is null && figures.EstimatedOutputTokens > 0)
        {
            usage = Estimate(exchange.Request, figures.Model ?? attempt.UpstreamModel, figures.EstimatedOutputTokens);
        }
        if (usage is not null)
        {
            usage = WithTerms(exchange, usage);
            attempt.Usage = usage;
            attempt.Cost = CostOf(exchange, attempt, figures.Model, figures.ServiceTier, usage);
        }
    }

    /// <summary>What a usage costs, without settling anything.</summary>
    public Cost CostOf(Exchange exchange, AttemptRecord attempt, string? responseModel, string? serviceTier, Usage usage)
    {
        usage = WithTerms(exchange, usage);
        var cost = costs.Calculate(exchange.Snapshot, attempt.Deployment, attempt.UpstreamModel, responseModel, serviceTier, usage, exchange.StartedAt);
        if (cost.Total is not null || exchange.Plan?.Alias.UnknownPriceAs is not { } standIn)
        {
            return cost;
        }
        var estimate = costs.CalculateAs(standIn, serviceTier, usage, exchange.StartedAt);
        return estimate.Total is null ? cost : estimate;
    }

    private static Usage WithTerms(Exchange exchange, Usage usage) =>
        exchange.Request!.Facts.Terms is { } terms ? usage with { Detail = terms.AddTo(usage.Detail) } : usage;

    /// <summary>Notes an answer that has only been promised: its usage comes when it is read again.</summary>
    /// <param name="upstreamId">The provider's id.</param>
    public void Await(string upstreamId) => background.Add(upstreamId);

    /// <summary>What the request must have consumed, where nobody says; null for operations that are not billed by what a request holds.</summary>
    private static Usage? Estimate(GatewayRequest request, string model, int outputTokens) => request.Operation switch
    {
        Operation.ChatCompletions or Operation.Completions or Operation.Responses or Operation.Messages or Operation.GenerateContent or Operation.Embeddings or Operation.Moderations or Operation.Rerank =>
            new Usage { InputTokens = request.Facts.EstimateInputTokens(model), OutputTokens = outputTokens, Estimated = true },
        Operation.Speech => new Usage { Characters = request.Facts.InputCharacters, InputTokens = request.Facts.EstimateInputTokens(model), Estimated = true },
        Operation.Transcriptions or Operation.Translations => new Usage { OutputTokens = outputTokens, Estimated = true },
        _ => null,
    };
}
