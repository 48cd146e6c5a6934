using AiGateway.Configuration;

namespace AiGateway.Hosting;

/// <summary>What a batch holds of one limit.</summary>
/// <param name="Batch">Its name among the nodes.</param>
/// <param name="At">When it was made.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Value">Under which name the limit counts it.</param>
/// <param name="Organisation">The organisation of who made it; null for none.</param>
/// <param name="NanoUsd">What it holds, in billionths of a USD.</param>
internal sealed record HeldByBatch(string Batch, DateTimeOffset At, LimitModel Limit, string Value, string? Organisation, long NanoUsd);
