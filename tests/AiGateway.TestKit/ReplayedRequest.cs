namespace AiGateway.TestKit;

/// <summary>A request that a <see cref="ReplayProvider"/> got, and the id of what it answered; null when it had no answer.</summary>
public sealed record ReplayedRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body, string? AnsweredBy);
