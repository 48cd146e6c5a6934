namespace AiGateway.Semantics.Acceptance;

/// <summary>What was decided of one would-be hit, and why; goes back into <see cref="AcceptanceModel.Learn"/> if it is checked.</summary>
/// <param name="Decision">What to do.</param>
/// <param name="Risk">Estimated chance that the cached answer is wrong, 0 to 1.</param>
/// <param name="Trusted">Whether it would have been served, had it not been drawn for a check. Always so for <see cref="AcceptanceDecision.Serve"/>.</param>
/// <param name="Features">What it was judged by.</param>
internal readonly record struct AcceptanceVerdict(AcceptanceDecision Decision, double Risk, bool Trusted, HitFeatures Features);
