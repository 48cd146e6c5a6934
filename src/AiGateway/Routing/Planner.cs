using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Routing;

/// <inheritdoc/>
internal sealed class Planner(PlanBuilder plans) : IPlanner
{
    /// <inheritdoc/>
    public Plan? PlanFor(Exchange exchange, string model, IHeaderDictionary headers)
    {
        if (exchange.Snapshot.Aliases.Find(model) is not { } alias)
        {
            return null;
        }
        var plan = plans.Build(alias, new RoutingInput(exchange.Caller, headers, exchange.Request!, exchange.Snapshot, model), trace: null);
        return plan is not null && alias.UnknownPrice == UnknownPrice.Reject ? plans.KeepPriced(plan, exchange.Snapshot, trace: null) : plan;
    }
}
