using Microsoft.Win32.SafeHandles;

namespace AiGateway.Accounting.Ledger;

/// <summary>Appends to the queue's files and makes sure that it is on disk. One thread at a time.</summary>
/// <remarks>
/// Writing at a known place makes a repetition after a failure overwrite what a broken write left behind. After a failure the
/// file is opened anew: what a failed flush has left of the pages is not known (the lesson of PostgreSQL's fsync of 2018).
/// </remarks>
internal sealed class SegmentWriter(QueueFolder folder, Backlog backlog, TimeProvider clock) : IDisposable
{
    // Small enough that a segment goes soon after its records are in the store, large enough to be rare.
    private const long SegmentLength = 16 * 1024 * 1024;

    private QueueSegment? _segment;
    private SafeFileHandle? _file;
    private long _length;
    private long _number;

    /// <summary>Writes frames and flushes them to disk.</summary>
    /// <param name="frames">Whole frames.</param>
    /// <param name="records">How many.</param>
    /// <exception cref="IOException">It cannot be written; to be repeated whole.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Append(ReadOnlySpan<byte> frames, int records)
    {
        try
        {
            // Without its name, what is written goes with the handle.
            if (_file is not null && (_length >= SegmentLength || !File.Exists(_segment!.Path)))
            {
                Close();
            }
            if (_file is null)
            {
                Open();
            }
            RandomAccess.Write(_file!, frames, _length);
            RandomAccess.FlushToDisk(_file!);
        }
        catch
        {
            Close();
            throw;
        }
        _length += frames.Length;
        backlog.Flushed(_segment!, _length, records, clock.GetUtcNow());
    }

    /// <inheritdoc />
    public void Dispose() => Close();

    private void Open()
    {
        Directory.CreateDirectory(folder.Path);
        var path = folder.Segment(_number);
        _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete);
        RandomAccess.Write(_file, Frames.FileHead, 0);
        _length = Frames.FileHead.Length;
        // Only now: a file that could not be begun is begun again under the same number.
        _number++;
        _segment = new QueueSegment(path) { Flushed = _length, Read = _length };
        backlog.Begin(_segment);
    }

    private void Close()
    {
        if (_file is not null)
        {
            _file.Dispose();
            _file = null;
            backlog.Seal();
        }
    }
}
