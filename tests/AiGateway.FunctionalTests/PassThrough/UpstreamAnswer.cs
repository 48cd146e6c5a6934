using System.IO.Compression;
using System.Text;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>What a <see cref="ScriptedUpstream"/> answers.</summary>
public sealed record UpstreamAnswer
{
    public int Status { get; init; } = 200;

    /// <summary>Null: the answer has none.</summary>
    public string? ContentType { get; init; } = "application/json";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>The body is sent in pieces of that many bytes.</summary>
    public int Pieces { get; init; } = 64 * 1024;

    /// <summary>After the first piece the rest waits until the caller has got the headers: the answer is then committed.</summary>
    public bool WaitsForCommit { get; init; }

    /// <summary>Resets the connection after the body, once the answer is committed.</summary>
    public bool Reset { get; init; }

    /// <summary>A JSON answer.</summary>
    public static UpstreamAnswer Json(string body, int status = 200) => new() { Status = status, Body = Encoding.UTF8.GetBytes(body) };

    /// <summary>An event stream.</summary>
    public static UpstreamAnswer Events(string body) => new() { ContentType = "text/event-stream", Body = Encoding.UTF8.GetBytes(body) };

    /// <summary>The same answer, compressed.</summary>
    public UpstreamAnswer Compressed(string encoding)
    {
        using var packed = new MemoryStream();
        using (var stream = Compressor(encoding, packed))
            stream.Write(Body);
        return this with { Body = packed.ToArray(), Headers = [.. Headers, KeyValuePair.Create("Content-Encoding", encoding)] };
    }

    /// <summary>A stream that compresses into another.</summary>
    public static Stream Compressor(string encoding, Stream into) => encoding switch
    {
        "gzip" => new GZipStream(into, CompressionLevel.Fastest, leaveOpen: true),
        "br" => new BrotliStream(into, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(into, CompressionLevel.Fastest, leaveOpen: true),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding)),
    };
}
