namespace AiGateway.Caching;

/// <summary>A piece of what a call in flight has brought. Bytes below <see cref="Length"/> never change, so readers need no copy; what nobody stands at any more the collector takes.</summary>
internal sealed class FlightSegment(int capacity)
{
    /// <summary>The bytes.</summary>
    public byte[] Bytes { get; } = new byte[capacity];

    /// <summary>How many of them are written. Guarded by the flight's lock.</summary>
    public int Length { get; set; }

    /// <summary>What follows; null while nothing does. Guarded by the flight's lock.</summary>
    public FlightSegment? Next { get; set; }
}
