using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Routing;

/// <summary>What a routing decision may look at.</summary>
internal readonly record struct RoutingInput(CallerModel Caller, IHeaderDictionary Headers, GatewayRequest Request, Snapshot Snapshot);
