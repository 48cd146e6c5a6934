namespace AiGateway.Semantics.Acceptance;

/// <summary>What the acceptance model has made of its evidence: immutable, replaced whole after each check.</summary>
/// <param name="Weights">Of the scorer.</param>
/// <param name="LastBand">Would-be hits up to this band are trusted; -1: none.</param>
/// <param name="CheckShare">The share of trusted hits that is checked.</param>
/// <param name="UpperLimit">The upper confidence limit of the wrong share among trusted hits, the judge's errors included; 1 while nothing is trusted.</param>
internal sealed record ServingPolicy(double[] Weights, int LastBand, double CheckShare, double UpperLimit);
