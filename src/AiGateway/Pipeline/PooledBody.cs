using System.Buffers;

namespace AiGateway.Pipeline;

/// <summary>A request body in a pooled array.</summary>
internal sealed class PooledBody(byte[] array, int length) : RequestBody
{
    private byte[]? _array = array;

    public override long Length { get; } = length;

    public override ReadOnlyMemory<byte> Memory => _array.AsMemory(0, (int)Length);

    public override ValueTask WriteAsync(Stream destination, long start, long length, CancellationToken cancellationToken) =>
        destination.WriteAsync(Memory.Slice((int)start, (int)length), cancellationToken);

    public override ValueTask ReadAsync(Memory<byte> destination, long start, CancellationToken cancellationToken)
    {
        Memory.Slice((int)start, destination.Length).CopyTo(destination);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
        return ValueTask.CompletedTask;
    }
}
