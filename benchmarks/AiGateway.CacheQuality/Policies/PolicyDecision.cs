using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality.Policies;

/// <summary>What a policy does with a question.</summary>
/// <param name="Action">Serve, check, or neither.</param>
/// <param name="Cached">The cached text whose answer is served or checked.</param>
/// <param name="CostsCall">Whether a check costs a call that serving would have saved.</param>
internal readonly record struct PolicyDecision(AcceptanceDecision Action, int Cached, bool CostsCall)
{
    internal static PolicyDecision Miss => new(AcceptanceDecision.Miss, -1, false);
}
