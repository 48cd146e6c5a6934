namespace AiGateway.Semantics.Index;

/// <summary>The nearest entry and the one after it; either may not exist.</summary>
/// <param name="Best">The nearest.</param>
/// <param name="RunnerUp">The next: how far it is behind says how sure the nearest is.</param>
internal readonly record struct Neighbours(Neighbour Best, Neighbour RunnerUp);
