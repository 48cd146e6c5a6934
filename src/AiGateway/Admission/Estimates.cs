using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Admission;

/// <summary>What a request may come to, before it is sent.</summary>
internal sealed class Estimates(ICostCalculator costs, Expectations expectations)
{
    // No text has more tokens than bytes; twice the estimate holds for all text that was seen, and is not absurd for the rest.
    private const int InputFactor = 2;
    private const int InputMargin = 256;

    // For a model of which nobody says how much it may write.
    private const int UnknownMost = 32_768;

    /// <summary>What it usually comes to, and the most it can come to.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="deployment">Where it would go.</param>
    /// <param name="model">The model there.</param>
    /// <param name="requests">1 where it is a new request.</param>
    public (Demand Learned, Demand Worst) For(Exchange exchange, DeploymentModel deployment, string model, long requests)
    {
        var request = exchange.Request!;
        var facts = request.Facts;
        if (!ConsumesTokens(request.Operation))
        {
            var cost = IsFree(request.Operation) ? 0 : expectations.Cost(exchange.Plan!.Alias.Name);
            return (new Demand(requests, 0, 0, cost), new Demand(requests, 0, 0, cost));
        }
        var estimated = facts.EstimateInputTokens(model);
        var input = expectations.Input(model, estimated);
        var most = Math.Max(input, Math.Min((request.Body?.Length ?? 0) + InputMargin, ((long)estimated * InputFactor) + InputMargin));
        var (output, longest) = (0L, 0L);
        if (Answers(request.Operation))
        {
            var choices = Math.Max(1, facts.Choices);
            longest = (facts.MaxOutputTokens ?? costs.FactsOf(exchange.Snapshot, deployment, model, exchange.StartedAt)?.MaxOutputTokens ?? UnknownMost) * choices;
            output = Math.Min(longest, expectations.Output(exchange.Plan!.Alias.Name, exchange.Caller.Id) * choices);
        }
        return (new Demand(requests, input, output, CostOf(exchange, deployment, model, input, output)),
            new Demand(requests, most, longest, CostOf(exchange, deployment, model, most, longest)));
    }

    /// <summary>Learns from an answer whose tokens the provider counted.</summary>
    public void Learn(string alias, string caller, string model, GatewayRequest request, Usage usage)
    {
        if (ConsumesTokens(request.Operation))
        {
            expectations.Learn(alias, caller, model, request.Facts.EstimateInputTokens(model), usage.InputTokens, usage.OutputTokens / Math.Max(1, request.Facts.Choices));
        }
    }

    /// <summary>Learns what an answer cost.</summary>
    public void LearnCost(string alias, long nanoUsd) => expectations.LearnCost(alias, nanoUsd);

    private long CostOf(Exchange exchange, DeploymentModel deployment, string model, long input, long output)
    {
        foreach (var limit in exchange.Snapshot.Limits)
        {
            if (Array.Exists(limit.Rates, static rate => rate.Measure == LimitMeasure.Spend))
            {
                return Demand.ToNano(costs.Estimate(exchange.Snapshot, deployment, model, Bounded(input), Bounded(output), exchange.StartedAt) ?? 0);
            }
        }
        return 0;
    }

    private static int Bounded(long tokens) => (int)Math.Min(tokens, int.MaxValue);

    private static bool Answers(Operation operation) =>
        operation is Operation.ChatCompletions or Operation.Completions or Operation.Responses or Operation.Messages or Operation.GenerateContent or Operation.Native;

    private static bool ConsumesTokens(Operation operation) => Answers(operation) || operation is Operation.Embeddings or Operation.Rerank;

    private static bool IsFree(Operation operation) => operation is Operation.CountTokens or Operation.StoredResponse;
}
