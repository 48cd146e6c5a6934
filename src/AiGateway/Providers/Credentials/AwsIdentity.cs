using AiGateway.Protocols.Bedrock.SigV4;

namespace AiGateway.Providers.Credentials;

/// <summary>AWS credentials with their times.</summary>
/// <param name="Credentials">The credentials.</param>
/// <param name="ExpiresAt">When they expire; null when that is not known, or never.</param>
internal sealed record AwsIdentity(SigV4Credentials Credentials, DateTimeOffset? ExpiresAt);
