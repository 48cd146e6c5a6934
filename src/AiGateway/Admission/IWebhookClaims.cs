using AiGateway.Admission.Sharing;

namespace AiGateway.Admission;

/// <summary>Which of several nodes tells a webhook of what all of them count. Implemented by Storage; every call throws <see cref="LimitStoreException"/> when the store does not answer in time.</summary>
internal interface IWebhookClaims
{
    /// <summary>Takes the right to send a message, or to send it again, for half a minute.</summary>
    /// <param name="message">The webhook and the message, the same on all nodes.</param>
    Task<WebhookClaim> ClaimAsync(string message);

    /// <summary>Says that it was taken.</summary>
    /// <param name="message">The webhook and the message.</param>
    /// <param name="keep">How long others may find the same to tell.</param>
    Task ToldAsync(string message, TimeSpan keep);
}
