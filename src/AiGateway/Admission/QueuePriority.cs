using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>A request's class: its key's, which the request may lower and never raise.</summary>
internal static class QueuePriority
{
    private const string Header = "x-gateway-priority";

    /// <summary>The class; words in <c>x-gateway-priority</c> that mean nothing change nothing.</summary>
    public static RequestPriority Of(CallerModel caller, IHeaderDictionary headers) =>
        headers.TryGetValue(Header, out var values) && PriorityNames.Parse(values.ToString().Trim()) is { } asked && asked > caller.Priority ? asked : caller.Priority;
}
