namespace AiGateway.Pipeline;

/// <summary>Makes plans for stages that come after routing. Implemented by Routing.</summary>
internal interface IPlanner
{
    /// <summary>The plan by which an exchange's request would be answered under another model name; null when there is none.</summary>
    Plan? PlanFor(Exchange exchange, string model, IHeaderDictionary headers);
}
