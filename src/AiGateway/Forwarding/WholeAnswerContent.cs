using System.Net;

namespace AiGateway.Forwarding;

/// <summary>An answer that was read whole, with its edits made.</summary>
internal sealed class WholeAnswerContent(OutputBuffer answer) : HttpContent
{
    private OutputBuffer _answer = answer;

    /// <summary>The bytes; valid until disposal.</summary>
    public ReadOnlyMemory<byte> Bytes => _answer.ReadyMemory;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Bytes).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = _answer.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _answer.Release();
        base.Dispose(disposing);
    }
}
