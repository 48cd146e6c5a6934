using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Protocols.Batches;

namespace AiGateway.Pipeline;

/// <summary>Makes the ids of stored objects that callers get: opaque, authenticated, and good for one tenant only. They carry where the object lives, so that any node finds it without a table.</summary>
/// <remarks>
/// AES-256-GCM over the deployment's id and the provider's own id, with the tenant as associated data: another tenant's id
/// does not open. The nonce is derived from the content (HMAC-SHA-256, as in synthetic IV, RFC 5297), so that the same object
/// has the same id each time it is seen, in every event of a stream and on every node. What is known of a batch is in its id
/// and in that of its result, so that each can be made from the other; ids of before that was so stay good.
/// </remarks>
internal sealed class ObjectIds : IDisposable
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int LongestId = 4096;

    // The last part is the caller's name, which may hold anything.
    private const int MostParts = 7;
    private readonly byte[] _nonceKey;
    private readonly byte[] _sealKey;

    public ObjectIds(ReadOnlySpan<byte> secret)
    {
        _sealKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), 32, info: "aigateway object id, seal"u8.ToArray());
        _nonceKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), 32, info: "aigateway object id, nonce"u8.ToArray());
    }

    /// <summary>The id that callers get, with the prefix of the provider's own (<c>resp_</c>).</summary>
    public string Seal(string prefix, StoredObject stored)
    {
        var plain = Encoding.UTF8.GetBytes(stored switch
        {
            { Model: null } => $"{stored.DeploymentId}\n{stored.UpstreamId}",
            { Volume: null, Origin: null } => $"{stored.DeploymentId}\n{stored.UpstreamId}\n{prefix}\n{stored.Model}\n{stored.Batch}",
            _ => $"{stored.DeploymentId}\n{stored.UpstreamId}\n{prefix}\n{stored.Model}\n{stored.Batch}\n{stored.Volume?.Write()}\n{Write(stored.Origin)}",
        });
        var tenant = Encoding.UTF8.GetBytes(stored.Tenant);
        var box = new byte[NonceLength + plain.Length + TagLength];
        var nonce = box.AsSpan(0, NonceLength);
        Nonce(plain, tenant, nonce);
        using var aes = new AesGcm(_sealKey, TagLength);
        aes.Encrypt(nonce, plain, box.AsSpan(NonceLength, plain.Length), box.AsSpan(NonceLength + plain.Length), tenant);
        return prefix + Base64Url.EncodeToString(box);
    }

    /// <summary>What <paramref name="id"/> stands for; null when we did not make it, or not for this tenant.</summary>
    public StoredObject? Open(string prefix, ReadOnlySpan<char> id, string tenant)
    {
        if (id.Length > LongestId || !id.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }
        var text = id[prefix.Length..];
        var box = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, box, out _, out var length) != OperationStatus.Done || length < NonceLength + TagLength)
        {
            return null;
        }
        if (!text.SequenceEqual(Base64Url.EncodeToString(box.AsSpan(0, length))))
        {
            // White space, padding and spare bits would give one object many names.
            return null;
        }
        var plain = new byte[length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(_sealKey, TagLength);
            aes.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength, plain.Length), box.AsSpan(NonceLength + plain.Length, TagLength), plain, Encoding.UTF8.GetBytes(tenant));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return Encoding.UTF8.GetString(plain).Split('\n', MostParts) switch
        {
            [var deployment, var upstream] => new StoredObject(deployment, tenant, upstream),
            // A batch is no file, whatever somebody writes before its id.
            [var deployment, var upstream, var kind, var model, var batch] when kind == prefix => new StoredObject(deployment, tenant, upstream) { Model = model, Batch = batch },
            [var deployment, var upstream, var kind, var model, var batch, var volume, var origin] when kind == prefix =>
                new StoredObject(deployment, tenant, upstream) { Model = model, Batch = batch, Volume = BatchVolume.Parse(volume), Origin = Read(origin) },
            _ => null,
        };
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_sealKey);
        CryptographicOperations.ZeroMemory(_nonceKey);
    }

    private static string Write(BatchOrigin? origin) =>
        origin is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{origin.At.ToUnixTimeMilliseconds()} {origin.CallerId}");

    private static BatchOrigin? Read(string origin) =>
        origin.IndexOf(' ', StringComparison.Ordinal) is > 0 and var blank && long.TryParse(origin.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? new BatchOrigin(origin[(blank + 1)..], DateTimeOffset.FromUnixTimeMilliseconds(at)) : null;

    private void Nonce(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> tenant, Span<byte> nonce)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _nonceKey);
        hmac.AppendData(tenant);
        hmac.AppendData("\n"u8);
        hmac.AppendData(plain);
        Span<byte> hash = stackalloc byte[32];
        hmac.GetHashAndReset(hash);
        hash[..NonceLength].CopyTo(nonce);
    }
}
