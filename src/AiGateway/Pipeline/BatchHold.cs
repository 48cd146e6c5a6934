namespace AiGateway.Pipeline;

/// <summary>What a batch holds of budgets until its cost is recorded, in billionths of a USD.</summary>
/// <param name="Expected">What it was expected to cost: of limits with <c>reserve: learned</c>.</param>
/// <param name="Most">The most that it can cost: of those with <c>worst_case</c>.</param>
internal sealed record BatchHold(long Expected, long Most);
