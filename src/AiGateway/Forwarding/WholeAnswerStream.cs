namespace AiGateway.Forwarding;

/// <summary>An answer that was read whole, with its edits made.</summary>
internal sealed class WholeAnswerStream(OutputBuffer answer) : ReadOnlyStream
{
    private OutputBuffer _answer = answer;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(buffer.IsEmpty || _answer.IsEmpty ? 0 : _answer.Take(buffer.Span));

    protected override void Dispose(bool disposing)
    {
        _answer.Release();
        base.Dispose(disposing);
    }
}
