namespace AiGateway.Admission.Sharing;

/// <summary>What the store decided over the claims of one request.</summary>
/// <param name="Epoch">The life of the store.</param>
/// <param name="Held">Whether they are held.</param>
/// <param name="Refusals">Limits that have no room, those in shadow included.</param>
/// <param name="Figures">For each claim, how its rates stand afterwards.</param>
internal sealed record StoreDecision(string Epoch, bool Held, IReadOnlyList<LimitRefusal> Refusals, RateFigures[][] Figures);

/// <summary>How a rate stands.</summary>
/// <param name="Used">What is used or held of it.</param>
/// <param name="Reset">Until it is whole again.</param>
internal readonly record struct RateFigures(long Used, TimeSpan Reset);
