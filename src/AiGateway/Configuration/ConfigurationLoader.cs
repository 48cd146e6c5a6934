using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Reads a routing file into a snapshot, or into all its errors at once. Never throws over what a file holds.</summary>
/// <param name="states">Where what runs is found again after a reload.</param>
/// <param name="environment">Looks an environment variable up; an empty one counts as not set.</param>
/// <param name="clock">For <see cref="Snapshot.LoadedAt"/>.</param>
internal sealed class ConfigurationLoader(StateRegistry states, Func<string, string?> environment, TimeProvider clock)
{
    /// <summary>Longer files are refused. A ConfigMap holds at most 1 MiB; five times that is somebody's data in the wrong place.</summary>
    public const int MaxFileBytes = 5_000_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Loads the file at <paramref name="path"/>.</summary>
    public LoadResult Load(string path)
    {
        byte[] bytes;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxFileBytes)
            {
                return Failed(path, $"The file has {length:N0} bytes; at most {MaxFileBytes:N0} are read. Is it the right file?");
            }
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed(path, "The file does not exist.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Failed(path, $"The file cannot be read: {exception.Message}");
        }
        return Load(bytes, path);
    }

    /// <summary>Loads <paramref name="bytes"/>, naming them <paramref name="path"/> in errors.</summary>
    public LoadResult Load(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length > MaxFileBytes)
        {
            return Failed(path, $"The file has {bytes.Length:N0} bytes; at most {MaxFileBytes:N0} are read. Is it the right file?");
        }
        var version = VersionOf(bytes);
        var findings = new Findings(path);
        var text = Decode(bytes, findings);
        var file = text is null ? null : BoundFile.Bind(text, findings, environment);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";
        var snapshot = file is null ? null : new SnapshotBuilder(states, environment, clock).Build(file, version, folder, findings);
        return new LoadResult(snapshot, version, findings.Errors(), findings.Warnings());
    }

    /// <summary>The version of a file with these bytes.</summary>
    public static string VersionOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..6]);
    }

    private static string? Decode(ReadOnlySpan<byte> bytes, Findings findings)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            findings.Error(Place.WholeFile, "The file is UTF-16. Save it as UTF-8.");
            return null;
        }
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            bytes = bytes[3..];
        }
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            var before = bytes[..Math.Clamp(exception.Index, 0, bytes.Length)];
            var line = before.Count((byte)'\n') + 1;
            findings.Error(new Place(line, before.Length - before.LastIndexOf((byte)'\n')), "The file is not UTF-8 here. Save it as UTF-8.");
            return null;
        }
    }

    private static LoadResult Failed(string path, string message) => new(null, "", [new ConfigurationError(path, 0, 0, message)], []);
}
