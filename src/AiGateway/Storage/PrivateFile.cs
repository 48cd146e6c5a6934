namespace AiGateway.Storage;

/// <summary>Makes files that are their owner's alone. SQLite gives its side files the same mode.</summary>
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
}
