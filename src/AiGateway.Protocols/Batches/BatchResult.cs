namespace AiGateway.Protocols.Batches;

/// <summary>What one line of a batch's result says.</summary>
/// <param name="Failed">The request failed: nothing was consumed that anyone bills.</param>
/// <param name="Usage">What it consumed; null when the line does not say, or cannot be read.</param>
/// <param name="Model">The model as the answer names it; null when it does not.</param>
public readonly record struct BatchResult(bool Failed, Usage? Usage, string? Model);
