using AiGateway.Configuration;

namespace AiGateway.Pipeline;

/// <summary>Says of a request that the gateway makes it of itself, for a caller's. Only the process itself can say so: it is a feature of the request, not a header.</summary>
/// <param name="Purpose">What for.</param>
/// <param name="Caller">Who pays, and whose limits hold: the caller of the request that caused it.</param>
/// <param name="CausedBy">That request's id.</param>
/// <param name="Alias">That request's alias: it is what the call is made for.</param>
internal sealed record OwnCall(OwnPurpose Purpose, CallerModel Caller, string CausedBy, string Alias);
