namespace AiGateway.Pipeline;

/// <summary>Who made a batch, and when: what it costs is theirs, whoever reads its result, and on whichever node.</summary>
/// <param name="CallerId">The key that made it.</param>
/// <param name="At">When, to the millisecond: its price is that of then, and so is what it holds of budgets.</param>
internal sealed record BatchOrigin(string CallerId, DateTimeOffset At);
