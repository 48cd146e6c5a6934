namespace AiGateway.Admission.Sharing;

/// <summary>What was decided over a request's limits.</summary>
/// <param name="Refusal">Why not; null when it may go.</param>
/// <param name="Shadows">Limits that only count and have no room; null without any.</param>
internal readonly record struct SharedDecision(LimitRefusal? Refusal, List<LimitRefusal>? Shadows);
