namespace AiGateway.Protocols.Media;

/// <summary>A request body in a provider's own form: bytes, with the caller's files put in between when it is sent.</summary>
public sealed class FormBody
{
    /// <summary>What was written; files stand between these bytes.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Where which file stands, in order.</summary>
    public IReadOnlyList<FilePlace> Files { get; init; } = [];

    /// <summary>Its content type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>A body that is the file and nothing else.</summary>
    public static FormBody Of(CallerFile file, string contentType) =>
        new() { Bytes = default, Files = [new FilePlace(0, file, AsBase64: false)], ContentType = contentType };

    /// <summary>The length in bytes with all files.</summary>
    public long Length
    {
        get
        {
            long length = Bytes.Length;
            foreach (var place in Files)
                length += place.Length;
            return length;
        }
    }
}

/// <summary>A file's place in a body.</summary>
/// <param name="At">How many of the body's own bytes stand before it.</param>
/// <param name="File">The file.</param>
/// <param name="AsBase64">Whether it is to be sent in base64.</param>
public readonly record struct FilePlace(int At, CallerFile File, bool AsBase64)
{
    /// <summary>Whether its bytes have to be encoded on the way.</summary>
    public bool IsEncoded => AsBase64 && !File.IsBase64;

    /// <summary>How many bytes it takes there.</summary>
    public long Length => IsEncoded ? (File.Length + 2) / 3 * 4 : File.Length;
}
