namespace AiGateway.Simulator.Statistics;

/// <summary>How often a request that a test marked with an id arrived, and how far each went.</summary>
internal sealed class SeenId
{
    private int _requests;
    private int _started;
    private int _completed;

    /// <summary>How many requests bore the id.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>How many of them were sent at least one byte of a successful answer's body.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>How many of them were sent a successful answer whole.</summary>
    public int Completed => Volatile.Read(ref _completed);

    public void Arrived() => Interlocked.Increment(ref _requests);

    public void Start() => Interlocked.Increment(ref _started);

    public void Complete() => Interlocked.Increment(ref _completed);
}
