using System.Collections.Concurrent;

namespace AiGateway.Simulator.Answers;

/// <summary>Responses that were asked to be stored, in memory, up to a bound; the oldest are forgotten first.</summary>
internal sealed class StoredResponses(int capacity)
{
    private readonly ConcurrentDictionary<string, SimulatedResponse> _responses = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    public void Add(SimulatedResponse response)
    {
        _responses[response.Id] = response;
        _order.Enqueue(response.Id);
        while (_order.Count > capacity && _order.TryDequeue(out var oldest))
            _responses.TryRemove(oldest, out _);
    }

    public SimulatedResponse? Find(string? id) => id is not null && _responses.TryGetValue(id, out var response) ? response : null;

    public bool Remove(string id) => _responses.TryRemove(id, out _);
}
