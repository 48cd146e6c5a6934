using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Pipeline;

namespace AiGateway.Storage;

/// <summary>Encrypts what is kept: AES-256-GCM under a key derived from the gateway's secret (HKDF-SHA-256, RFC 5869), bound to tenant and id, a response to its predecessor too, so that rows cannot be swapped.</summary>
/// <remarks>
/// Layout: version (1 byte), nonce (12), ciphertext, tag (16). In clear, of a response: length of the input (4 bytes, little
/// endian), input, response. The nonce is random: NIST SP 800-38D allows 2³² messages under one key, which no file of ours holds.
/// </remarks>
internal sealed class SealedContent : IDisposable
{
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = 1 + NonceLength;
    private readonly byte[] _key;

    /// <param name="secret">The gateway's secret.</param>
    /// <param name="what">What is encrypted: each has a key of its own.</param>
    public SealedContent(ReadOnlySpan<byte> secret, string what = "stored responses") =>
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), 32, info: Encoding.UTF8.GetBytes("aigateway " + what));

    /// <summary>Encrypts.</summary>
    public byte[] Seal(KeptResponse response)
    {
        var clear = new byte[sizeof(int) + response.Size];
        BinaryPrimitives.WriteInt32LittleEndian(clear, response.Input.Length);
        response.Input.Span.CopyTo(clear.AsSpan(sizeof(int)));
        response.Response.Span.CopyTo(clear.AsSpan(sizeof(int) + response.Input.Length));
        return Seal(clear, Bound(response.Tenant, response.Id, response.PreviousId));
    }

    /// <summary>Encrypts any bytes.</summary>
    /// <param name="clear">The bytes.</param>
    /// <param name="bound">What must be said again to decrypt them.</param>
    public byte[] Seal(ReadOnlySpan<byte> clear, ReadOnlySpan<byte> bound)
    {
        var box = new byte[HeadLength + clear.Length + TagLength];
        box[0] = Version;
        var nonce = box.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, clear, box.AsSpan(HeadLength, clear.Length), box.AsSpan(HeadLength + clear.Length), bound);
        return box;
    }

    /// <summary>Decrypts.</summary>
    /// <exception cref="StoreException">It was made with another secret, for another row, or is damaged.</exception>
    public KeptResponse Open(string tenant, string id, string? previousId, ReadOnlySpan<byte> box)
    {
        var clear = Open(box, Bound(tenant, id, previousId));
        if (clear.Length < sizeof(int))
        {
            throw new StoreException("A kept response has a form that this version does not know.");
        }
        var input = BinaryPrimitives.ReadInt32LittleEndian(clear);
        return new KeptResponse(tenant, id, previousId, clear.AsMemory(sizeof(int), input), clear.AsMemory(sizeof(int) + input));
    }

    /// <summary>Decrypts any bytes.</summary>
    /// <exception cref="StoreException">They were encrypted with another secret, for another row, or are damaged.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, ReadOnlySpan<byte> bound)
    {
        if (box.Length < HeadLength + TagLength || box[0] != Version)
        {
            throw new StoreException("What is kept has a form that this version does not know.");
        }
        var clear = new byte[box.Length - HeadLength - TagLength];
        try
        {
            using var aes = new AesGcm(_key, TagLength);
            aes.Decrypt(box.Slice(1, NonceLength), box[HeadLength..^TagLength], box[^TagLength..], clear, bound);
            return clear;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new StoreException("What is kept cannot be decrypted: it was made with another secret (host.id_secret), or it is damaged.", e);
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    // None of the three holds a line break that could move a border: ids are ours, and a tenant's name comes first.
    private static byte[] Bound(string tenant, string id, string? previousId) => Encoding.UTF8.GetBytes($"{previousId}\n{id}\n{tenant}");
}
