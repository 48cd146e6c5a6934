namespace AiGateway.Caching.Semantic;

/// <summary>The last answers that were served by meaning, so that callers can say that one was wrong. The oldest are forgotten.</summary>
internal sealed class ServedHits
{
    /// <summary>How many are remembered.</summary>
    public const int Most = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Caller, SemanticLook Look)> _hits = new(StringComparer.Ordinal);
    private readonly Queue<string> _byAge = [];

    /// <summary>Remembers one.</summary>
    public void Add(string requestId, string callerId, SemanticLook look)
    {
        // The answer and the vector are of no use any more.
        var slim = look with { Answer = null, Asked = null, Vector = [] };
        lock (_lock)
        {
            _hits[requestId] = (callerId, slim);
            _byAge.Enqueue(requestId);
            if (_byAge.Count > Most)
            {
                _hits.Remove(_byAge.Dequeue());
            }
        }
    }

    /// <summary>Gives one back, once, to the caller that it was served to; null for any other.</summary>
    public SemanticLook? Take(string requestId, string callerId)
    {
        lock (_lock)
        {
            return _hits.TryGetValue(requestId, out var hit) && string.Equals(hit.Caller, callerId, StringComparison.Ordinal) && _hits.Remove(requestId) ? hit.Look : null;
        }
    }
}
