using System.Buffers.Text;
using System.Security.Cryptography;

namespace AiGateway.Configuration;

/// <summary>Makes keys.</summary>
internal static class NewKey
{
    /// <summary>Characters of a key that are kept to recognise it by: the prefix and four more, which leave 232 random bits unknown.</summary>
    public const int StartLength = 10;

    private const string Prefix = "sk-gw-";

    /// <summary>256 random bits: no guessing, and SHA-256 without salt is enough to store it.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
