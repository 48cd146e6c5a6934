namespace AiGateway.Caching;

/// <summary>How a call in flight ended.</summary>
internal enum FlightEnd
{
    /// <summary>Not yet.</summary>
    None,

    /// <summary>The whole answer is there.</summary>
    Complete,

    /// <summary>Nothing of an answer came: whoever waits may ask again.</summary>
    Failed,

    /// <summary>It broke after its first byte: whoever has read of it is told by a reset.</summary>
    Broken,

    /// <summary>It was not made: the answer was there already, or another node's call brought it. It is <see cref="Flight.Stored"/>.</summary>
    Given,
}
