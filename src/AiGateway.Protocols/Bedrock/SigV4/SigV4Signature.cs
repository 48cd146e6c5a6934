using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Protocols.Bedrock.SigV4;

/// <summary>Signs requests to AWS, version 4 (AWS4-HMAC-SHA256). Pure: everything it depends on is an argument.</summary>
/// <remarks>
/// AWSSDK.Core gives credentials, but its signer is internal and signs only its own request objects, with bodies as it marshals
/// them; the gateway signs what YARP sends. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
/// </remarks>
public static class SigV4Signature
{
    /// <summary>The hash of an empty payload.</summary>
    public const string EmptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The time as <c>x-amz-date</c> carries it, which is to be among the signed headers.</summary>
    public static string DateHeader(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The hash of a payload, in lower-case hexadecimal.</summary>
    public static string HashPayload(ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Gives the value of the <c>Authorization</c> header.</summary>
    /// <param name="key">The key of the time's day.</param>
    /// <param name="time">The time that <c>x-amz-date</c> says.</param>
    /// <param name="method">The method, in upper case.</param>
    /// <param name="path">The path as it goes out, percent-encoded: <c>/model/us.amazon.nova-micro-v1%3A0/converse</c>. Signed with its escapes escaped again, as all services but S3 want it.</param>
    /// <param name="query">The query as it goes out, without its question mark.</param>
    /// <param name="headers">The headers to sign, host and <c>x-amz-date</c> among them; nothing that a hop on the way may change.</param>
    /// <param name="payloadHash"><see cref="HashPayload"/> of the body.</param>
    public static string Authorize(SigV4Key key, DateTimeOffset time, string method, string path, string query, ReadOnlySpan<KeyValuePair<string, string>> headers, string payloadHash)
    {
        ArgumentNullException.ThrowIfNull(key);
        var sorted = Sort(headers);
        var signedHeaders = SignedHeaders(sorted);

        // :: Step 1: the canonical request, and its hash.
        var canonical = new SigV4Text(512);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        try
        {
            canonical.Append(method);
            canonical.Append('\n');
            SigV4Canonical.AppendPath(ref canonical, path);
            canonical.Append('\n');
            SigV4Canonical.AppendQuery(ref canonical, query);
            canonical.Append('\n');
            AppendHeaders(ref canonical, sorted);
            canonical.Append('\n');
            canonical.Append(signedHeaders);
            canonical.Append('\n');
            canonical.Append(payloadHash);
            SHA256.HashData(canonical.Written, hash);

            // :: Step 2: the string to sign.
            canonical.Clear();
            canonical.Append("AWS4-HMAC-SHA256\n");
            canonical.Append(DateHeader(time));
            canonical.Append('\n');
            canonical.Append(key.Scope);
            canonical.Append('\n');
            canonical.AppendHex(hash);

            // :: Step 3: the signature.
            HMACSHA256.HashData(key.Bytes, canonical.Written, hash);
        }
        finally
        {
            canonical.Release();
        }
        return $"AWS4-HMAC-SHA256 Credential={key.AccessKeyId}/{key.Scope}, SignedHeaders={signedHeaders}, Signature={Convert.ToHexStringLower(hash)}";
    }

    private static KeyValuePair<string, string>[] Sort(ReadOnlySpan<KeyValuePair<string, string>> headers)
    {
        var sorted = new KeyValuePair<string, string>[headers.Length];
        for (var i = 0; i < sorted.Length; i++)
            sorted[i] = new(headers[i].Key.ToLowerInvariant(), headers[i].Value);

        // By insertion: it keeps the order of several values under one name, and there are few headers.
        for (var i = 1; i < sorted.Length; i++)
        {
            for (var at = i; at > 0 && string.CompareOrdinal(sorted[at - 1].Key, sorted[at].Key) > 0; at--)
                (sorted[at - 1], sorted[at]) = (sorted[at], sorted[at - 1]);
        }
        return sorted;
    }

    private static string SignedHeaders(KeyValuePair<string, string>[] sorted)
    {
        var names = new StringBuilder();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i].Key == sorted[i - 1].Key)
                continue;
            if (i > 0)
                names.Append(';');
            names.Append(sorted[i].Key);
        }
        return names.ToString();
    }

    private static void AppendHeaders(ref SigV4Text canonical, KeyValuePair<string, string>[] sorted)
    {
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i].Key == sorted[i - 1].Key)
            {
                canonical.Append(',');
            }
            else
            {
                if (i > 0)
                    canonical.Append('\n');
                canonical.Append(sorted[i].Key);
                canonical.Append(':');
            }
            AppendTrimmed(ref canonical, sorted[i].Value);
        }
        if (sorted.Length > 0)
            canonical.Append('\n');
    }

    /// <summary>Without white space at the ends, and with one blank for several.</summary>
    private static void AppendTrimmed(ref SigV4Text canonical, string value)
    {
        var text = value.AsSpan().Trim();
        while (true)
        {
            var blanks = text.IndexOf("  ", StringComparison.Ordinal);
            if (blanks < 0)
            {
                canonical.Append(text);
                return;
            }
            canonical.Append(text[..(blanks + 1)]);
            text = text[blanks..].TrimStart(' ');
        }
    }
}
