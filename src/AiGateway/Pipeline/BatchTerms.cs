namespace AiGateway.Pipeline;

/// <summary>What is kept of a batch's making until its cost is recorded.</summary>
/// <param name="Model">The model as callers name it.</param>
/// <param name="Tags">Tags of the request that made it: its record has them too.</param>
/// <param name="Hold">What it holds; null for nothing.</param>
internal sealed record BatchTerms(string Model, KeyValuePair<string, string>[] Tags, BatchHold? Hold);
