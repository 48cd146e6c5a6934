using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Batches;

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
        if (request.NewBatch is { } volume && exchange.Snapshot.Limits.CountMoney)
        {
            return OfBatch(exchange, deployment, model, volume, requests);
        }
        if (request.Operation == Operation.Realtime)
        {
            var first = FirstOfSession(exchange, deployment, model) with { Requests = requests };
            return (first, first);
        }
        if (!ConsumesTokens(request.Operation))
        {
            var cost = IsFree(request.Operation) ? 0 : expectations.Cost(exchange.Plan!.Alias.Name);
            if (request is { Operation: Operation.Batches or Operation.MessageBatches, Objects.Action: ObjectAction.Create })
            {
                // Of a file of before its requests were measured nobody knows what it will cost; but what is spent makes none.
                cost = Math.Max(1, cost);
            }
            return (new Demand(requests, 0, 0, cost), new Demand(requests, 0, 0, cost));
        }
        var estimated = facts.EstimateInputTokens(model);
        var limits = exchange.Snapshot.Limits;
        var choices = Math.Max(1, facts.Choices);
        var answers = Answers(request.Operation);
        var input = expectations.Input(model, estimated);
        var output = answers ? Math.Min(facts.MaxOutputTokens ?? long.MaxValue, expectations.Output(exchange.Plan!.Alias.Name, exchange.Caller.Id)) * choices : 0;
        var standIn = exchange.Plan!.Alias.UnknownPriceAs;
        var learned = new Demand(requests, input, output, limits.CountMoney
            ? Demand.ToNano(costs.Estimate(exchange.Snapshot, deployment, model, input, output, exchange.StartedAt, standIn) ?? 0) : 0);
        if (!limits.HoldWorstCase)
        {
            return (learned, learned);
        }
        var most = Math.Max(input, Math.Min((request.Body?.Length ?? 0) + InputMargin, ((long)estimated * InputFactor) + InputMargin));
        var longest = answers ? (facts.MaxOutputTokens ?? costs.FactsOf(exchange.Snapshot, deployment, model, exchange.StartedAt)?.MaxOutputTokens ?? UnknownMost) * choices : 0;
        return (learned, new Demand(requests, most, longest, limits.CountMoney
            ? Demand.ToNano(costs.Most(exchange.Snapshot, deployment, model, request, most, longest, exchange.StartedAt, standIn) ?? 0) : 0));
    }

    /// <summary>Learns from an answer: from its tokens where the provider counted them, and from what it cost.</summary>
    public void Learn(Exchange exchange, AttemptRecord answering)
    {
        if (answering.Usage is not { Estimated: false } usage)
        {
            return;
        }
        var (alias, request) = (exchange.Plan!.Alias.Name, exchange.Request!);
        if (exchange.Session is { } session)
        {
            var answers = Math.Max(1, session.Responses);
            expectations.Learn(alias, exchange.Caller.Id, answering.UpstreamModel, 0, usage.InputTokens, usage.OutputTokens / answers);
            expectations.LearnCost(alias, Demand.ToNano(answering.Cost?.Total ?? 0) / answers);
            return;
        }
        if (ConsumesTokens(request.Operation))
        {
            expectations.Learn(
                alias, exchange.Caller.Id, answering.UpstreamModel, request.Facts.EstimateInputTokens(answering.UpstreamModel), usage.InputTokens, usage.OutputTokens / Math.Max(1, request.Facts.Choices));
        }
        if (answering.Cost?.Total is { } cost)
        {
            expectations.LearnCost(alias, Demand.ToNano(cost));
        }
    }

    // Its tokens are of no minute: the provider answers within a day, and limits on them are not asked.
    private (Demand Learned, Demand Worst) OfBatch(Exchange exchange, DeploymentModel deployment, string model, BatchVolume volume, long requests)
    {
        var (alias, snapshot, at) = (exchange.Plan!.Alias, exchange.Snapshot, exchange.StartedAt);
        var estimated = volume.EstimateInputTokens(model);
        var input = expectations.Input(model, estimated);
        var each = expectations.Output(alias.Name, exchange.Caller.Id);
        var output = Math.Min(volume.Output + Times(volume.Unbounded, each), Times(volume.Answers, each));
        var margin = Times(volume.Requests, InputMargin);
        var most = Math.Max(input, Math.Min(volume.Bytes + margin, Times(estimated, InputFactor) + margin));
        var longest = volume.Output + Times(volume.Unbounded, costs.FactsOf(snapshot, deployment, model, at)?.MaxOutputTokens ?? UnknownMost);
        return (
            OfMoney(costs.EstimateBatch(snapshot, deployment, model, volume.Requests, input, output, at, alias.UnknownPriceAs)),
            OfMoney(costs.MostOfBatch(snapshot, deployment, model, volume, most, longest, at, alias.UnknownPriceAs)));

        // What is spent makes no batch, whatever it costs.
        Demand OfMoney(decimal? usd) => new(requests, 0, 0, Math.Max(1, Demand.ToNano(usd ?? 0)));
        static long Times(long count, long tokens) => (long)Int128.Min((Int128)count * tokens, BatchVolume.Most);
    }

    // A session is asked for answer by answer. At its beginning something is held in any case: what is used up opens none.
    private Demand FirstOfSession(Exchange exchange, DeploymentModel deployment, string model)
    {
        var alias = exchange.Plan!.Alias;
        var output = expectations.Output(alias.Name, exchange.Caller.Id);
        var cost = !exchange.Snapshot.Limits.CountMoney ? 0
            : expectations.Cost(alias.Name) is > 0 and var known ? known
            : Math.Max(1, Demand.ToNano(costs.Estimate(exchange.Snapshot, deployment, model, 0, output, exchange.StartedAt, alias.UnknownPriceAs) ?? 0));
        return new Demand(0, 1, output, cost);
    }

    private static bool Answers(Operation operation) =>
        operation is Operation.ChatCompletions or Operation.Completions or Operation.Responses or Operation.Messages or Operation.GenerateContent or Operation.Native;

    private static bool ConsumesTokens(Operation operation) => Answers(operation) || operation is Operation.Embeddings or Operation.Rerank;

    private static bool IsFree(Operation operation) => operation is Operation.CountTokens or Operation.StoredResponse;
}
