using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;

namespace AiGateway.Pipeline;

/// <summary>Reads a request body whole, within a limit: into pooled memory, and beyond <c>memory</c> bytes, where allowed, into a temporary file.</summary>
internal static class BodyReader
{
    private const int FirstBuffer = 16 * 1024;

    // A length that is announced is not yet sent: memory beyond this grows with what comes.
    private const int LargestFirstBuffer = 1024 * 1024;

    /// <summary>Reads the body; the limit holds for the bytes as sent and, when they are compressed, for what they unpack to.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">Most bytes.</param>
    /// <param name="memory">Bytes beyond which the body is spooled to a file; <see cref="int.MaxValue"/> for never.</param>
    /// <exception cref="BadHttpRequestException">413 over the limit, 400 for a body that does not unpack.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, long limit, int memory)
    {
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            var expected = context.Request.ContentLength is { } length ? (int)Math.Min(Math.Min(length, LargestFirstBuffer), Math.Min(limit, memory)) : FirstBuffer;
            var body = await ReadAsync(context.Request.BodyReader, expected, limit, memory, context.RequestAborted);
            await SocketThread.LeaveFor(body.Length);
            return body;
        }

        // A few bytes may unpack to megabytes, and every read unpacks on the thread that it came by.
        await using var packed = new PoolThreadStream(context.Request.Body);
        await using var unpacked = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(packed, CompressionMode.Decompress)
            : (Stream)new BrotliStream(packed, CompressionMode.Decompress);
        var reader = PipeReader.Create(unpacked);
        try
        {
            return await ReadAsync(reader, FirstBuffer, limit, memory, context.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            throw new BadHttpRequestException($"the body is not what Content-Encoding: {encoding} says.", StatusCodes.Status400BadRequest, e);
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <summary>Whether a body of this encoding can be read.</summary>
    public static bool Understands(string encoding) =>
        encoding.Length == 0
        || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)
        || encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase)
        || encoding.Equals("br", StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<RequestBody> ReadAsync(PipeReader reader, int expected, long limit, int memory, CancellationToken cancellationToken)
    {
        var array = ArrayPool<byte>.Shared.Rent(Math.Max(expected, 1));
        var length = 0;
        FileStream? file = null;
        try
        {
            while (true)
            {
                var result = await ReadPartAsync(reader, cancellationToken);
                var buffer = result.Buffer;
                if (length + (file?.Length ?? 0) + buffer.Length > limit)
                {
                    reader.AdvanceTo(buffer.End);
                    throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
                }
                if (file is null && length + buffer.Length > memory)
                {
                    file = SpooledBody.CreateFile();
                    await file.WriteAsync(array.AsMemory(0, length), cancellationToken);
                    length = 0;
                }
                if (file is not null)
                {
                    foreach (var segment in buffer)
                    {
                        await file.WriteAsync(segment, cancellationToken);
                    }
                }
                else
                {
                    if (length + buffer.Length > array.Length)
                    {
                        array = Grow(array, length, (int)(length + buffer.Length));
                    }
                    buffer.CopyTo(array.AsSpan(length));
                    length += (int)buffer.Length;
                }
                reader.AdvanceTo(buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
            if (file is null)
            {
                var body = new PooledBody(array, length);
                array = null;
                return body;
            }
            var spooled = new SpooledBody(file);
            file = null;
            return spooled;
        }
        finally
        {
            if (array is not null)
            {
                ArrayPool<byte>.Shared.Return(array);
            }
            if (file is not null)
            {
                await file.DisposeAsync();
            }
        }
    }

    private static async ValueTask<ReadResult> ReadPartAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is OverflowException)
        {
            // Kestrel's word for a chunk size that no number holds; every other defect of the chunks it reports as a bad request itself.
            throw new BadHttpRequestException("the size of a chunk is out of range.", StatusCodes.Status400BadRequest, e);
        }
    }

    private static byte[] Grow(byte[] array, int used, int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, array.Length * 2));
        array.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(array);
        return larger;
    }
}
