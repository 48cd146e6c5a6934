using Microsoft.Win32.SafeHandles;

namespace AiGateway.Accounting;

/// <summary>Appends record lines to a file, and follows when the file is moved away (logrotate).</summary>
/// <remarks>
/// The file belongs to one process. Writing at a known offset makes a repetition after a failure overwrite what a broken
/// write left behind, so that a line is there once and whole.
/// </remarks>
internal sealed class FileSink(string path) : IRecordSink
{
    private static readonly ReadOnlyMemory<byte> LineFeed = "\n"u8.ToArray();

    private SafeFileHandle? _file;
    private long _length;

    /// <inheritdoc />
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        try
        {
            if (_file is not null && WasMoved())
            {
                Close();
            }
            if (_file is null)
            {
                await OpenAsync(cancellationToken);
            }
            await RandomAccess.WriteAsync(_file!, lines, _length, cancellationToken);
            _length += lines.Length;
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException(fault.Message, fault);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Close();

    // Another length than what was written means: another file under the name (moved and made anew), or the same one cut short
    // (copytruncate). Both are found by looking at the name; a missing one has no length.
    private bool WasMoved()
    {
        var named = new FileInfo(path);
        return !named.Exists || named.Length < _length;
    }

    private async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None);
        _length = RandomAccess.GetLength(_file);
        if (_length == 0)
        {
            return;
        }
        // A process that was killed in mid-write leaves a torn line: ours must not continue it.
        var last = new byte[1];
        if (await RandomAccess.ReadAsync(_file, last, _length - 1, cancellationToken) == 1 && last[0] != (byte)'\n')
        {
            await RandomAccess.WriteAsync(_file, LineFeed, _length, cancellationToken);
            _length++;
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
