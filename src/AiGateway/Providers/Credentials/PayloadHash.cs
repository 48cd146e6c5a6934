using System.Security.Cryptography;
using AiGateway.Protocols.Bedrock.SigV4;

namespace AiGateway.Providers.Credentials;

/// <summary>Hashes a request's content as it will be sent, piece by piece and without a copy of it. The content must be one that can be written twice.</summary>
internal static class PayloadHash
{
    /// <summary>The SHA-256 of the content in lower-case hexadecimal.</summary>
    public static async ValueTask<string> OfAsync(HttpContent? content, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            return SigV4Signature.EmptyPayloadHash;
        }
        await using var hashing = new PayloadHashStream();
        await content.CopyToAsync(hashing, cancellationToken);
        return hashing.Finish();
    }
}

/// <summary>Takes bytes and keeps their SHA-256 only.</summary>
internal sealed class PayloadHashStream : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The hash of all that was written, in lower-case hexadecimal.</summary>
    public string Finish()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return Convert.ToHexStringLower(hash);
    }

    public override void Write(ReadOnlySpan<byte> buffer) => _hash.AppendData(buffer);

    public override void Write(byte[] buffer, int offset, int count) => _hash.AppendData(buffer, offset, count);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        _hash.AppendData(buffer, offset, count);
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hash.AppendData(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
