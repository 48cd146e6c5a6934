namespace AiGateway.Protocols.Fingerprints;

/// <summary>What a request asks for, whoever writes it down in whatever order.</summary>
/// <param name="Key">The same for requests that must get the same answer, different for all others.</param>
/// <param name="Partition">The same for requests that differ in nothing but the text of their last user turn; null where <paramref name="Turn"/> is refused.</param>
/// <param name="Turn">Where that text stands, or why there is none to be matched by meaning.</param>
public readonly record struct RequestFingerprint(Digest Key, Digest? Partition, TurnText Turn);
