using AiGateway.Protocols;

namespace AiGateway.Pipeline;

/// <summary>A request body that can be sent any number of times: in pooled memory, or in a temporary file.</summary>
/// <remarks>An attempt never modifies it: edits are applied while it is written.</remarks>
internal abstract class RequestBody : IAsyncDisposable
{
    /// <summary>Length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>The bytes, where they are in memory; empty for a spooled body.</summary>
    public abstract ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Writes <paramref name="length"/> bytes from <paramref name="start"/> to <paramref name="destination"/>.</summary>
    public abstract ValueTask WriteAsync(Stream destination, long start, long length, CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="start"/>.</summary>
    public abstract ValueTask ReadAsync(Memory<byte> destination, long start, CancellationToken cancellationToken);

    /// <summary>Gives the memory or the file back.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>A replacement of a part of a body; an empty range is an insertion.</summary>
internal readonly record struct BodyEdit(long Start, long Length, ReadOnlyMemory<byte> Replacement)
{
    /// <summary>The replacement of a range.</summary>
    public static BodyEdit Replace(ByteRange range, ReadOnlyMemory<byte> replacement) => new(range.Start, range.Length, replacement);
}
