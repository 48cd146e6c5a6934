using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Pipeline;

namespace AiGateway.Storage;

/// <summary>Encrypts what is kept of a response: AES-256-GCM under a key derived from the gateway's secret (HKDF-SHA-256, RFC 5869), bound to tenant, id and predecessor, so that rows cannot be swapped.</summary>
/// <remarks>
/// Layout: version (1 byte), nonce (12), ciphertext, tag (16). In clear: length of the input (4 bytes, little endian), input,
/// response. The nonce is random: NIST SP 800-38D allows 2³² messages under one key, which no file of ours holds.
/// </remarks>
internal sealed class SealedContent : IDisposable
{
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = 1 + NonceLength;
    private readonly byte[] _key;

    public SealedContent(ReadOnlySpan<byte> secret) =>
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), 32, info: "aigateway stored responses"u8.ToArray());

    /// <summary>Encrypts.</summary>
    public byte[] Seal(KeptResponse response)
    {
        var clear = new byte[sizeof(int) + response.Size];
        BinaryPrimitives.WriteInt32LittleEndian(clear, response.Input.Length);
        response.Input.Span.CopyTo(clear.AsSpan(sizeof(int)));
        response.Response.Span.CopyTo(clear.AsSpan(sizeof(int) + response.Input.Length));
        var box = new byte[HeadLength + clear.Length + TagLength];
        box[0] = Version;
        var nonce = box.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, clear, box.AsSpan(HeadLength, clear.Length), box.AsSpan(HeadLength + clear.Length), Bound(response.Tenant, response.Id, response.PreviousId));
        return box;
    }

    /// <summary>Decrypts.</summary>
    /// <exception cref="ConversationStoreException">It was made with another secret, for another row, or is damaged.</exception>
    public KeptResponse Open(string tenant, string id, string? previousId, ReadOnlySpan<byte> box)
    {
        if (box.Length < HeadLength + sizeof(int) + TagLength || box[0] != Version)
        {
            throw new ConversationStoreException("A kept response has a form that this version does not know.");
        }
        var clear = new byte[box.Length - HeadLength - TagLength];
        try
        {
            using var aes = new AesGcm(_key, TagLength);
            aes.Decrypt(box.Slice(1, NonceLength), box[HeadLength..^TagLength], box[^TagLength..], clear, Bound(tenant, id, previousId));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new ConversationStoreException("A kept response cannot be decrypted: it was made with another secret (host.id_secret), or it is damaged.", e);
        }
        var input = BinaryPrimitives.ReadInt32LittleEndian(clear);
        return new KeptResponse(tenant, id, previousId, clear.AsMemory(sizeof(int), input), clear.AsMemory(sizeof(int) + input));
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    // None of the three holds a line break that could move a border: ids are ours, and a tenant's name comes first.
    private static byte[] Bound(string tenant, string id, string? previousId) => Encoding.UTF8.GetBytes($"{previousId}\n{id}\n{tenant}");
}
