namespace AiGateway.Storage;

/// <summary>Makes and replaces files that are their owner's alone. SQLite gives its side files the same mode.</summary>
internal static class PrivateFile
{
    /// <summary>Makes an empty file, and its folder, where there is none.</summary>
    public static void Make(string path)
    {
        if (File.Exists(path))
        {
            return;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using var file = new FileStream(path, options);
    }

    /// <summary>Gives a file another content: written beside it first, so that it is never half.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Replace(string path, Action<FileStream> write)
    {
        var beside = path + ".new";
        try
        {
            Make(beside);
            using (var file = new FileStream(beside, FileMode.Truncate, FileAccess.Write))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
