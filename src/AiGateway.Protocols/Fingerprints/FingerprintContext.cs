namespace AiGateway.Protocols.Fingerprints;

/// <summary>What a fingerprint covers beside the body. Each text is part of the key; none may be null.</summary>
/// <param name="Operation">What is asked for.</param>
/// <param name="Form">The layout where an operation has several (Cohere's vectors or OpenAI's): any number that tells them apart.</param>
/// <param name="Alias">The alias that the model asked for was resolved to; it stands in place of the body's <c>model</c>.</param>
/// <param name="Tenant">Among whom answers are shared: a key, project, team, or everybody who may use the alias. Two scopes must never have the same text.</param>
/// <param name="Space">The namespace that a caller chose (<c>x-gateway-cache-key</c>); empty for none.</param>
/// <param name="Variant">Everything else that goes to the provider and may change its answer: the values of <c>anthropic-beta</c>, <c>OpenAI-Beta</c> and the like. Empty for none.</param>
public readonly record struct FingerprintContext(Operation Operation, int Form, string Alias, string Tenant, string Space, string Variant);
