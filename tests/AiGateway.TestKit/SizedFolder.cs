using System.Diagnostics;
using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>A folder on a file system of its own that holds a few megabytes, so that what is written there meets a disk that is really full. Needs to be root on Linux.</summary>
public sealed class SizedFolder : IAsyncDisposable
{
    private SizedFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Makes one, or skips the running test where nothing may be mounted.</summary>
    /// <param name="megabytes">How much it holds.</param>
    /// <param name="owner">The user it is of.</param>
    public static async Task<SizedFolder> MountOrSkipAsync(int megabytes, string owner)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            throw new SkipException("A file system of a given size can only be mounted by root on Linux.");
        var folder = new SizedFolder(Directory.CreateTempSubdirectory("sized-").FullName);
        if (await RunAsync("mount", "-t", "tmpfs", "-o", Size(megabytes), "tmpfs", folder.Path) is { } refused)
        {
            Directory.Delete(folder.Path);
            throw new SkipException($"Nothing may be mounted here: {refused}");
        }
        await RunAsync("chown", owner, folder.Path);
        return folder;
    }

    /// <summary>Fills it to the last byte.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                ballast.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void MakeRoom() => File.Delete(Ballast);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // At once, also while a server that is about to end has files open there.
        await RunAsync("umount", "--lazy", Path);
        Directory.Delete(Path);
    }

    private static string Size(int megabytes) => string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m");

    /// <returns>What it said; null when it worked.</returns>
    private static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
