using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Protocols.Bedrock.SigV4;

/// <summary>A signing key: of one secret, day, region and service. Deriving takes four HMACs, so a caller keeps it for the day.</summary>
public sealed class SigV4Key
{
    private readonly byte[] _key;

    private SigV4Key(string accessKeyId, DateOnly day, string region, string service, byte[] key)
    {
        AccessKeyId = accessKeyId;
        Day = day;
        Scope = string.Create(CultureInfo.InvariantCulture, $"{day:yyyyMMdd}/{region}/{service}/aws4_request");
        _key = key;
    }

    /// <summary>The id of the access key.</summary>
    public string AccessKeyId { get; }

    /// <summary>The day (UTC) it is for.</summary>
    public DateOnly Day { get; }

    /// <summary>The credential scope: day, region, service and <c>aws4_request</c>.</summary>
    public string Scope { get; }

    /// <summary>The key's 32 bytes.</summary>
    internal ReadOnlySpan<byte> Bytes => _key;

    /// <summary>Derives the key.</summary>
    /// <param name="credentials">Whose.</param>
    /// <param name="day">The day in UTC.</param>
    /// <param name="region">The region, such as <c>us-east-1</c>.</param>
    /// <param name="service">The service's signing name: <c>bedrock</c> for the runtime as well.</param>
    public static SigV4Key Derive(SigV4Credentials credentials, DateOnly day, string region, string service)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        var secret = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey);
        var dayText = day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var key = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(dayText));
        foreach (var step in (ReadOnlySpan<string>)[region, service, "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        CryptographicOperations.ZeroMemory(secret);
        return new SigV4Key(credentials.AccessKeyId, day, region, service, key);
    }
}
