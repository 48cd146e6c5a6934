using System.Net;

namespace AiGateway.Forwarding;

/// <summary>Response content over one of our streams.</summary>
internal sealed class StreamedContent(ReadOnlyStream stream, long? length) : HttpContent
{
    /// <summary>The stream.</summary>
    public ReadOnlyStream Stream => stream;

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(stream);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => Task.FromResult<Stream>(stream);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => stream;

    protected override Task SerializeToStreamAsync(Stream target, TransportContext? context) => stream.CopyToAsync(target);

    protected override bool TryComputeLength(out long computed)
    {
        computed = length ?? 0;
        return length is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }
        base.Dispose(disposing);
    }
}
