namespace AiGateway.Caching.Semantic;

/// <summary>How an alias that compares questions is doing.</summary>
/// <param name="Alias">The alias.</param>
/// <param name="Sums">What was counted since the start.</param>
/// <param name="Checked">Hits among those that are trusted that were checked, since the start.</param>
/// <param name="Wrong">The wrong ones of these.</param>
/// <param name="Interval">The 95 % interval of their share.</param>
/// <param name="Limit">The upper confidence limit that decides whether hits are served; 1 while none are.</param>
internal sealed record SemanticStats(SemanticAlias Alias, SemanticSums Sums, long Checked, long Wrong, (double Low, double High) Interval, double Limit);
