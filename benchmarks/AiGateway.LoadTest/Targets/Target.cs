using System.Net;

namespace AiGateway.LoadTest.Targets;

/// <summary>Something that answers requests: an upstream, a proxy in front of it, or the gateway.</summary>
/// <param name="Name">Name in reports.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Process">The process that answers.</param>
internal sealed record Target(string Name, IPEndPoint Address, ChildProcess Process) : IAsyncDisposable
{
    /// <summary>File of the gateway's request records; null for others.</summary>
    public string? RecordsFile { get; init; }

    /// <summary>Where the gateway's metrics are; null for others.</summary>
    public IPEndPoint? AdminAddress { get; init; }

    /// <summary>True for our gateway (also with a variant environment), whose own headers are checked.</summary>
    public bool IsGateway { get; init; }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
