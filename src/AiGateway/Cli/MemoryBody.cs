using AiGateway.Pipeline;

namespace AiGateway.Cli;

/// <summary>A body that <c>explain</c> made up or read from a file; never sent.</summary>
internal sealed class MemoryBody(byte[] bytes) : RequestBody
{
    public override long Length => bytes.Length;

    public override ReadOnlyMemory<byte> Memory => bytes;

    public override async ValueTask WriteAsync(Stream destination, long start, long length, CancellationToken cancellationToken) =>
        await destination.WriteAsync(bytes.AsMemory((int)start, (int)length), cancellationToken);

    public override ValueTask ReadAsync(Memory<byte> destination, long start, CancellationToken cancellationToken)
    {
        bytes.AsMemory((int)start, destination.Length).CopyTo(destination);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
