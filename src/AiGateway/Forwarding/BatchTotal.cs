using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Forwarding;

/// <summary>What a batch came to.</summary>
/// <param name="Usage">The sum over its requests.</param>
/// <param name="Cost">What they cost together.</param>
/// <param name="Answered">Requests that were answered.</param>
/// <param name="Failed">Requests that were not.</param>
/// <param name="Model">The model as the answers name it; null when they do not.</param>
internal sealed record BatchTotal(Usage Usage, Cost Cost, long Answered, long Failed, string? Model);
