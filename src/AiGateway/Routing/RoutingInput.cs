using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Routing;

/// <summary>What a routing decision may look at.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Headers">The request's headers.</param>
/// <param name="Request">What is asked.</param>
/// <param name="Snapshot">The configuration.</param>
/// <param name="Model">The model name that is planned for; mostly the one asked for.</param>
internal readonly record struct RoutingInput(CallerModel Caller, IHeaderDictionary Headers, GatewayRequest Request, Snapshot Snapshot, string Model);
