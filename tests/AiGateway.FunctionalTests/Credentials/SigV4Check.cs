using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Credentials;

/// <summary>Checks a signature as AWS does, from what came over the wire alone. Written from AWS's description, and shares nothing with the code that signs.</summary>
internal static class SigV4Check
{
    /// <summary>Fails unless <paramref name="request"/> is signed by these credentials for this region and service.</summary>
    public static void Holds(UpstreamRequestSeen request, string accessKey, string secret, string region, string service)
    {
        var authorization = Assert.Single(request.Values("Authorization"));
        var fields = authorization["AWS4-HMAC-SHA256 ".Length..].Split(", ").Select(field => field.Split('=', 2)).ToDictionary(field => field[0], field => field[1], StringComparer.Ordinal);
        var date = Assert.Single(request.Values("x-amz-date"));
        var scope = $"{date[..8]}/{region}/{service}/aws4_request";
        Assert.Equal($"{accessKey}/{scope}", fields["Credential"]);
        var signedAt = DateTimeOffset.ParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.InRange(signedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));

        var signed = fields["SignedHeaders"].Split(';');
        Assert.Equal(signed.Order(StringComparer.Ordinal), signed);
        Assert.Contains("host", signed);
        Assert.All(request.Headers.Select(header => header.Key.ToLowerInvariant()).Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal)), name => Assert.Contains(name, signed));
        var target = request.Target.Split('?', 2);
        var canonical = string.Join('\n',
        [
            request.Method,
            Escape(target[0]),
            target.Length > 1 ? string.Join('&', target[1].Split('&').Order(StringComparer.Ordinal)) : "",
            .. signed.Select(name => $"{name}:{Assert.Single(request.Values(name)).Trim()}"),
            "",
            fields["SignedHeaders"],
            Convert.ToHexStringLower(SHA256.HashData(request.Body)),
        ]);
        var toSign = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign))), fields["Signature"]);
    }

    private static string Escape(string path) =>
        string.Concat(Encoding.UTF8.GetBytes(path).Select(value => (char)value is '/' or '-' or '.' or '_' or '~' || char.IsAsciiLetterOrDigit((char)value) ? ((char)value).ToString() : $"%{value:X2}"));
}
