using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Signs messages as the Standard Webhooks specification has it (github.com/standard-webhooks/standard-webhooks): HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
internal static class WebhookSignature
{
    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <param name="secret">The secret.</param>
    /// <param name="id">The value of <c>webhook-id</c>.</param>
    /// <param name="timestamp">That of <c>webhook-timestamp</c>: seconds of Unix time.</param>
    /// <param name="body">The body's bytes.</param>
    public static string Of(Secret secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, WebhookModelBuilder.BytesOf(secret.Reveal())!);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }
}
