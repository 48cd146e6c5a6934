namespace AiGateway.Caching.Semantic;

/// <summary>Whose evidence it is: what one embedder finds alike another does not, and what holds for one alias may not for another.</summary>
/// <param name="Alias">The alias's name in the configuration.</param>
/// <param name="Embedder">The embedder's fingerprint; mixed with the judge where an alias compares answers.</param>
internal readonly record struct AcceptanceKey(string Alias, UInt128 Embedder);
