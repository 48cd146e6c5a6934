namespace AiGateway.Providers.Credentials;

/// <summary>No token, and why. The message is for the operator, and holds no secret.</summary>
internal sealed class TokenException(string message) : Exception(message);
