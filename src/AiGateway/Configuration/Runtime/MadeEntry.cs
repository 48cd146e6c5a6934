namespace AiGateway.Configuration.Runtime;

/// <summary>What was made under an idempotency key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Request">SHA-256 of the request, so that another request under the same key is noticed.</param>
/// <param name="Id">The entry's name.</param>
internal sealed record MadeEntry(string Key, string Request, string Id);
