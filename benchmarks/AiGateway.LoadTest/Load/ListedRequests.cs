namespace AiGateway.LoadTest.Load;

/// <summary>Requests of a list in turn; after the last comes the first again.</summary>
internal sealed class ListedRequests(IReadOnlyList<byte[]> requests) : IRequestSource
{
    private int _next;

    public byte[] Next(byte[] previous)
    {
        var request = requests[_next];
        _next = (_next + 1) % requests.Count;
        return request;
    }
}
