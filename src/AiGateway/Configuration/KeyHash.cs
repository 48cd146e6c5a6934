using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Configuration;

/// <summary>The hash of a key as the file holds it: <c>sha256:</c> and 64 hex digits.</summary>
internal static class KeyHash
{
    private const string Prefix = "sha256:";

    /// <summary>The 32 bytes, or null when <paramref name="text"/> is not a hash.</summary>
    public static byte[]? TryParse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length != Prefix.Length + 64)
        {
            return null;
        }
        var bytes = new byte[32];
        return Convert.FromHexString(text.AsSpan(Prefix.Length), bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == 32 ? bytes : null;
    }

    /// <summary>The entry for a key.</summary>
    public static string Of(string key) => Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
