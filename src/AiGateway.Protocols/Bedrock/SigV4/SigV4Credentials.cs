namespace AiGateway.Protocols.Bedrock.SigV4;

/// <summary>Credentials of AWS.</summary>
/// <param name="AccessKeyId">The id of the access key.</param>
/// <param name="SecretAccessKey">The secret.</param>
/// <param name="SessionToken">The token of temporary credentials; null for lasting ones. Goes out as <c>x-amz-security-token</c>, which is to be signed.</param>
public sealed record SigV4Credentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null)
{
    /// <summary>Names the key, never the secret.</summary>
    public override string ToString() => $"{AccessKeyId} ***";
}
