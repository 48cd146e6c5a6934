using System.Buffers;

namespace AiGateway.Pipeline;

/// <summary>A request body in a temporary file, which vanishes with it.</summary>
internal sealed class SpooledBody(FileStream file) : RequestBody
{
    private const int CopyBufferSize = 64 * 1024;

    public override long Length { get; } = file.Length;

    public override ReadOnlyMemory<byte> Memory => default;

    /// <summary>Makes an empty temporary file that only this process can read and that the system deletes when it is closed.</summary>
    public static FileStream CreateFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
    }

    public override async ValueTask WriteAsync(Stream destination, long start, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBufferSize);
        try
        {
            while (length > 0)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length));
                await ReadAsync(part, start, cancellationToken);
                await destination.WriteAsync(part, cancellationToken);
                start += part.Length;
                length -= part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public override async ValueTask ReadAsync(Memory<byte> destination, long start, CancellationToken cancellationToken)
    {
        // Positioned reads, not the stream's own position: two attempts may overlap while one is being cancelled.
        while (!destination.IsEmpty)
        {
            var read = await RandomAccess.ReadAsync(file.SafeFileHandle, destination, start, cancellationToken);
            if (read == 0)
            {
                throw new IOException("A spooled request body is shorter than it was.");
            }
            destination = destination[read..];
            start += read;
        }
    }

    public override ValueTask DisposeAsync() => file.DisposeAsync();
}
