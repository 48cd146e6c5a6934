using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration;

namespace AiGateway.Hosting;

/// <summary>The secret that seals ids of stored objects, and what the gateway itself stores: the configured one, or one that is made once and kept in the data folder.</summary>
internal static class IdSecret
{
    private const string FileName = "object-id.key";

    /// <summary>The secret.</summary>
    /// <exception cref="IOException">The data folder can neither be read nor written.</exception>
    public static byte[] Load(HostModel host)
    {
        if (host.IdSecret is { } secret)
        {
            return Encoding.UTF8.GetBytes(secret.Reveal());
        }
        var path = Path.Combine(host.DataFolder, FileName);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(host.DataFolder);
            Write(path);
        }
        return File.ReadAllBytes(path);
    }

    private static void Write(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        // Written aside and moved, so that two processes that start at once never read half a key.
        var aside = $"{path}.{Environment.ProcessId}";
        using (var file = new FileStream(aside, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(32));
        }
        try
        {
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(aside);
        }
    }
}
