using AiGateway.Pipeline;

namespace AiGateway.Routing;

/// <inheritdoc/>
internal sealed class Planner(PlanBuilder plans) : IPlanner
{
    /// <inheritdoc/>
    public Plan? PlanFor(Exchange exchange, string model, IHeaderDictionary headers) =>
        exchange.Snapshot.Aliases.Find(model) is { } alias
            ? plans.Build(alias, new RoutingInput(exchange.Caller, headers, exchange.Request!, exchange.Snapshot, model), trace: null) : null;
}
