using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Configuration;

/// <summary>The hash of a key as the file holds it: <c>sha256:</c> and 64 hex digits.</summary>
internal static class KeyHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    // Longer than any key we make; a longer text is no key and is not worth hashing.
    private const int LongestKey = 512;
    private const string Prefix = "sha256:";

    /// <summary>The 32 bytes, or null when <paramref name="text"/> is not a hash.</summary>
    public static byte[]? TryParse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length != Prefix.Length + (2 * Length))
        {
            return null;
        }
        var bytes = new byte[Length];
        return Convert.FromHexString(text.AsSpan(Prefix.Length), bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == Length ? bytes : null;
    }

    /// <summary>Hashes a key as it was presented, without an allocation.</summary>
    /// <param name="key">The key, of at most 512 characters.</param>
    /// <param name="hash">Takes <see cref="Length"/> bytes.</param>
    /// <returns>False when the text is empty or too long to be a key.</returns>
    public static bool TryCompute(ReadOnlySpan<char> key, Span<byte> hash)
    {
        if (key.IsEmpty || key.Length > LongestKey)
        {
            return false;
        }
        Span<byte> utf8 = stackalloc byte[LongestKey * 3];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(key, utf8)], hash);
        return true;
    }

    /// <summary>The entry for a key.</summary>
    public static string Of(string key) => Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
