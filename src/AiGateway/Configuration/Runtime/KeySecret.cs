namespace AiGateway.Configuration.Runtime;

/// <summary>A key that an entry has or had. The key itself is nowhere.</summary>
/// <param name="Hash">Its hash, <c>sha256:</c> and 64 hex digits in lower case.</param>
/// <param name="Start">Its first characters, to recognise it by; null when the gateway did not make it.</param>
/// <param name="Until">From when on it is refused: it was rotated away; null for the one in force. It stays in the list, so that it never becomes anybody's again.</param>
internal sealed record KeySecret(string Hash, string? Start, DateTimeOffset? Until);
