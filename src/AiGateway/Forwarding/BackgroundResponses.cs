namespace AiGateway.Forwarding;

/// <summary>Responses that were begun in the background: what they consume is known only when they are read again, and is to be billed then, once.</summary>
/// <remarks>Bounded, the oldest go first; and only in this process: one that is read after a restart, or never, keeps no usage.</remarks>
internal sealed class BackgroundResponses
{
    private const int Capacity = 10_000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldestFirst = new();

    /// <summary>Notes a response whose usage is still to come.</summary>
    /// <param name="upstreamId">The provider's id.</param>
    public void Add(string upstreamId)
    {
        lock (_lock)
        {
            if (!_waiting.Add(upstreamId))
            {
                return;
            }
            _oldestFirst.Enqueue(upstreamId);
            if (_oldestFirst.Count > Capacity)
            {
                _waiting.Remove(_oldestFirst.Dequeue());
            }
        }
    }

    /// <summary>Whether the response's usage is to be billed now; true only once.</summary>
    public bool Take(string upstreamId)
    {
        lock (_lock)
        {
            return _waiting.Remove(upstreamId);
        }
    }
}
