using System.Net;

namespace AiGateway.LoadTest.Load;

/// <summary>What a load window does.</summary>
/// <param name="Target">Where requests go.</param>
/// <param name="Requests">The requests.</param>
/// <param name="Connections">Connections of a closed loop, or the most of an open loop.</param>
/// <param name="Ramp">Unmeasured time at the start.</param>
/// <param name="Duration">Measured time.</param>
/// <param name="Watched">Ids of processes whose CPU is measured.</param>
/// <param name="ExpectedBodyLength">Length of a right answer's body; null when any will do.</param>
internal sealed record LoadPlan(
    IPEndPoint Target,
    IRequestSource Requests,
    int Connections,
    TimeSpan Ramp,
    TimeSpan Duration,
    IReadOnlyList<int> Watched,
    long? ExpectedBodyLength)
{
    /// <summary>What the head of a right answer holds; empty when any will do.</summary>
    public byte[] ExpectedHead { get; init; } = [];
}
