namespace AiGateway.Admission;

/// <summary>Who sends a message.</summary>
internal enum WebhookClaim
{
    /// <summary>Another node, just now.</summary>
    Elsewhere,

    /// <summary>This node.</summary>
    Here,

    /// <summary>Nobody: it was taken already.</summary>
    Told,
}
