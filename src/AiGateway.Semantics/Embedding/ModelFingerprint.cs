using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.Semantics.Embedding;

/// <summary>Tells embedders apart: 128 bits of a hash over a model's files and what was chosen about it. Vectors of two fingerprints never meet in one index.</summary>
internal static class ModelFingerprint
{
    // Raised when the same files come to give other vectors.
    private const string Version = "1";

    /// <summary>The fingerprint of a folder's files, as far as they exist, and options.</summary>
    public static UInt128 Of(string folder, EmbeddingModelOptions options, params ReadOnlySpan<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Version);
        Append(hash, options.MaxTokens.ToString(CultureInfo.InvariantCulture));
        Append(hash, options.Prefix);
        var buffer = new byte[64 * 1024];
        foreach (var name in files)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                continue;
            }
            using var file = File.OpenRead(path);
            Append(hash, $"{name} {file.Length}");
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }
        return BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
