namespace AiGateway.TestKit;

/// <summary>How a recorded answer is sent, where not plainly.</summary>
public sealed record ReplayOptions
{
    /// <summary>Sends a stream in pieces of that many bytes, across the borders of events; 0, the default, sends event by event.</summary>
    public int SplitBytes { get; init; }

    /// <summary>Resets the connection after that many events (of a whole body: after half of it); null, the default, sends all.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Wait before each event, and before a whole body.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The recorded status is replaced by this one; null, the default, keeps it.</summary>
    public int? Status { get; init; }

    /// <summary>Headers added to the recorded ones, or in their place.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
