using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace AiGateway.Accounting.Ledger;

/// <summary>Reads records from the queue's files into batches.</summary>
internal static class SegmentReader
{
    private const int ReadAtOnce = 1024 * 1024;

    /// <summary>Reads records from a place on.</summary>
    /// <param name="path">The file.</param>
    /// <param name="from">Where a frame begins.</param>
    /// <param name="to">Where to stop: what is behind is not there yet.</param>
    /// <param name="most">How many records at most.</param>
    /// <param name="into">Takes the records.</param>
    /// <returns>How far it came, and what stands there: <see cref="FrameState.Whole"/> unless that is the damage.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (long Position, FrameState State) Read(string path, long from, long to, int most, LedgerBatch into)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = ArrayPool<byte>.Shared.Rent(ReadAtOnce);
        try
        {
            var (start, end, position) = (0, 0, from);
            while (into.Count < most)
            {
                var state = Frames.Read(buffer.AsSpan(start, end - start), out var payload);
                if (state == FrameState.Cut)
                {
                    if (position + (end - start) >= to)
                    {
                        return (position, end == start ? FrameState.Whole : FrameState.Cut);
                    }
                    if (!Fill(file, ref buffer, ref start, ref end, position, to))
                    {
                        return (position, FrameState.Cut);
                    }
                    continue;
                }
                if (state == FrameState.Damaged || !LedgerCodec.Knows(payload))
                {
                    return (position, FrameState.Damaged);
                }
                into.Add(payload);
                var length = Frames.HeadLength + payload.Length;
                start += length;
                position += length;
            }
            return (position, FrameState.Whole);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Where the first frame of a file of an ended process begins; null when its head is not ours.</summary>
    public static long? FirstFrame(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> head = stackalloc byte[Frames.FileHead.Length];
        return RandomAccess.Read(file, head, 0) == head.Length && head.SequenceEqual(Frames.FileHead) ? head.Length : null;
    }

    private static bool Fill(SafeFileHandle file, ref byte[] buffer, ref int start, ref int end, long position, long to)
    {
        var used = end - start;
        if (start > 0)
        {
            buffer.AsSpan(start, used).CopyTo(buffer);
        }
        else if (used == buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.AsSpan(0, used).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        (start, end) = (0, used);
        var wanted = (int)Math.Min(buffer.Length - end, to - position - used);
        var read = RandomAccess.Read(file, buffer.AsSpan(end, wanted), position + used);
        end += read;
        return read > 0;
    }
}
