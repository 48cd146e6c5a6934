using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>How the limits of an exchange stand once it is admitted.</summary>
/// <param name="Requests">The rate of requests of which the least is left; null without one.</param>
/// <param name="Tokens">The rate of any kind of tokens of which the least is left; null without one.</param>
/// <param name="Warned">The budget of which the largest share is used, where that share is one to warn of; null when there is none.</param>
/// <param name="Share">That share, 0 and up.</param>
internal readonly record struct Standing(RateState? Requests, RateState? Tokens, LimitModel? Warned, decimal Share);
