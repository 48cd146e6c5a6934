namespace AiGateway.LoadTest.Http;

/// <summary>Takes the decoded bytes of a response body as they arrive.</summary>
internal interface IBodySink
{
    /// <summary>The next piece; only valid during the call.</summary>
    void Append(ReadOnlySpan<byte> piece);
}
