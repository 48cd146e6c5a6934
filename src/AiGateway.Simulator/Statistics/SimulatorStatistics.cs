using System.Collections.Concurrent;
using System.Text.Json;

namespace AiGateway.Simulator.Statistics;

/// <summary>Counts what the simulator was asked and what it served.</summary>
internal sealed class SimulatorStatistics(SimulatorOptions options)
{
    private const int MaxIds = 1_000_000;

    private readonly Tally _paths = new();
    private readonly Tally _models = new();
    private readonly Tally _outcomes = new();
    private readonly ConcurrentDictionary<string, SeenId> _ids = new(StringComparer.Ordinal);
    private KeptRequest? _last;
    private long _requests;
    private long _inFlight;
    private long _aborted;
    private long _streams;
    private long _faults;
    private long _connections;
    private long _inputTokens;
    private long _outputTokens;

    public KeptRequest? Last => Volatile.Read(ref _last);

    public void ConnectionOpened() => Interlocked.Increment(ref _connections);

    public void Began(string path)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _inFlight);
        _paths.Add(path);
    }

    public void Keep(HttpRequest request, ReadOnlySpan<byte> body)
    {
        if (options.KeepLastRequest)
            Volatile.Write(ref _last, new KeptRequest(request, body));
    }

    public void Asked(string model) => _models.Add(model);

    /// <summary>Notes an id; null when there are too many to follow.</summary>
    public SeenId? Seen(string id)
    {
        if (!_ids.TryGetValue(id, out var seen) && _ids.Count < MaxIds)
            seen = _ids.GetOrAdd(id, static _ => new SeenId());
        seen?.Arrived();
        return seen;
    }

    public void FaultStruck() => Interlocked.Increment(ref _faults);

    public void StreamStarted() => Interlocked.Increment(ref _streams);

    public void Served(long inputTokens, long outputTokens)
    {
        Interlocked.Add(ref _inputTokens, inputTokens);
        Interlocked.Add(ref _outputTokens, outputTokens);
    }

    /// <summary>Notes the end of a request.</summary>
    /// <param name="outcome">The status, or <c>reset</c> when the simulator itself reset the connection.</param>
    /// <param name="aborted">True when the client went away before it had the answer.</param>
    public void Ended(string outcome, bool aborted)
    {
        Interlocked.Decrement(ref _inFlight);
        if (aborted)
            Interlocked.Increment(ref _aborted);
        _outcomes.Add(aborted ? "aborted" : outcome);
    }

    /// <summary>Forgets all but what is in flight.</summary>
    public void Reset()
    {
        foreach (var tally in (Tally[])[_paths, _models, _outcomes])
            tally.Reset();
        _ids.Clear();
        Volatile.Write(ref _last, null);
        Interlocked.Exchange(ref _requests, 0);
        Interlocked.Exchange(ref _aborted, 0);
        Interlocked.Exchange(ref _streams, 0);
        Interlocked.Exchange(ref _faults, 0);
        Interlocked.Exchange(ref _connections, 0);
        Interlocked.Exchange(ref _inputTokens, 0);
        Interlocked.Exchange(ref _outputTokens, 0);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, options.Name);
        json.WriteNumber("requests"u8, Interlocked.Read(ref _requests));
        json.WriteNumber("in_flight"u8, Interlocked.Read(ref _inFlight));
        json.WriteNumber("aborted"u8, Interlocked.Read(ref _aborted));
        json.WriteNumber("streams"u8, Interlocked.Read(ref _streams));
        json.WriteNumber("faults"u8, Interlocked.Read(ref _faults));
        json.WriteNumber("connections"u8, Interlocked.Read(ref _connections));
        json.WriteStartObject("tokens"u8);
        json.WriteNumber("input"u8, Interlocked.Read(ref _inputTokens));
        json.WriteNumber("output"u8, Interlocked.Read(ref _outputTokens));
        json.WriteEndObject();
        _paths.Write(json, "by_path");
        _models.Write(json, "by_model");
        _outcomes.Write(json, "by_status");
        json.WriteStartObject("ids"u8);
        foreach (var (id, seen) in _ids)
        {
            json.WriteStartObject(id);
            json.WriteNumber("requests"u8, seen.Requests);
            json.WriteNumber("started"u8, seen.Started);
            json.WriteNumber("completed"u8, seen.Completed);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
