using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>What is asked of one limit for one subject.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Value">The subject: a key's id, a team's name.</param>
/// <param name="Demand">What is asked.</param>
/// <param name="Organisation">The caller's organisation, which a store keeps use apart by; null for none.</param>
internal readonly record struct Claim(LimitModel Limit, string Value, Demand Demand, string? Organisation = null);
