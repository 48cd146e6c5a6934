using System.IO.Compression;
using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>Reads the bodies of providers' answers.</summary>
internal static class UpstreamBody
{
    /// <summary>The body, unpacked: we never ask for compression, but some servers compress all the same.</summary>
    public static async ValueTask<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encodings))
        {
            return stream;
        }
        if (encodings.ToString() is not ("identity" or ""))
        {
            // The length is that of the packed bytes, which nobody will count any more.
            response.Content.Headers.ContentLength = null;
        }
        return encodings.ToString() switch
        {
            "gzip" => new GZipStream(new PoolThreadStream(stream), CompressionMode.Decompress),
            "br" => new BrotliStream(new PoolThreadStream(stream), CompressionMode.Decompress),
            "deflate" => new ZLibStream(new PoolThreadStream(stream), CompressionMode.Decompress),
            "identity" or "" => stream,
            var other => throw new InvalidDataException($"The upstream's content encoding '{other}' was not asked for and is not understood."),
        };
    }

    /// <summary>Reads to the end, or until more than <paramref name="limit"/> bytes have come; a limit of 0 means the first read. Where the length is known, its last byte is the end.</summary>
    /// <returns>What came, and whether it is all.</returns>
    public static async ValueTask<(OutputBuffer Body, bool Whole)> ReadUpToAsync(Stream upstream, int limit, AttemptTimer timer, TimeSpan? idle, long? expected = null, CancellationToken? stop = null)
    {
        var body = default(OutputBuffer);
        try
        {
            var whole = false;
            while (!whole && body.Length <= limit)
            {
                var read = await upstream.ReadAsync(body.Reserve(1024), stop ?? timer.Token);
                body.Advance(read);
                whole = read == 0 || body.Length == expected;
                if (!whole && idle is { } limitOfSilence)
                {
                    timer.Arm(limitOfSilence, AttemptOutcome.IdleTimeout);
                }
            }
            await SocketThread.LeaveFor(body.Length);
            return (body, whole);
        }
        catch
        {
            body.Release();
            throw;
        }
    }
}
