using System.Buffers;
using System.Buffers.Text;
using System.Net;
using AiGateway.Pipeline;
using AiGateway.Protocols.Media;

namespace AiGateway.Forwarding;

/// <summary>A body in a provider's own form, whose files go from the caller's body straight to the connection, encoded piece by piece.</summary>
/// <remarks>A picture of several megabytes is nowhere held a second time, and one that lies in a temporary file never as a whole.</remarks>
internal sealed class FileBodyContent : HttpContent
{
    // A multiple of three: each piece is encoded without padding but the last.
    private const int Piece = 48 * 1024;

    private readonly FormBody _body;
    private readonly RequestBody _source;

    /// <summary>Content of <paramref name="body"/>, whose files are in <paramref name="source"/>.</summary>
    public FileBodyContent(FormBody body, RequestBody source)
    {
        _body = body;
        _source = source;
        Headers.TryAddWithoutValidation("Content-Type", body.ContentType);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var position = 0;
        foreach (var place in _body.Files)
        {
            await stream.WriteAsync(_body.Bytes[position..place.At], cancellationToken);
            position = place.At;
            if (place.IsEncoded)
            {
                await EncodeAsync(place.File, stream, cancellationToken);
            }
            else
            {
                await _source.WriteAsync(stream, place.File.Start, place.File.Length, cancellationToken);
            }
        }
        await stream.WriteAsync(_body.Bytes[position..], cancellationToken);
    }

    private async Task EncodeAsync(CallerFile file, Stream stream, CancellationToken cancellationToken)
    {
        var plain = ArrayPool<byte>.Shared.Rent(Piece);
        var encoded = ArrayPool<byte>.Shared.Rent(Piece / 3 * 4);
        try
        {
            for (long done = 0; done < file.Length;)
            {
                var length = (int)Math.Min(Piece, file.Length - done);
                await SocketThread.LeaveFor(length);
                await _source.ReadAsync(plain.AsMemory(0, length), file.Start + done, cancellationToken);
                Base64.EncodeToUtf8(plain.AsSpan(0, length), encoded, out _, out var written);
                await stream.WriteAsync(encoded.AsMemory(0, written), cancellationToken);
                done += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }
}
