using System.Diagnostics.CodeAnalysis;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Accounting;

/// <summary>The last requests of this process, for <c>GET /v1/requests/{id}</c> and the admin listener. The oldest are forgotten.</summary>
/// <remarks>
/// A ring without a lock or an index: each request pays one store, and the rare look-up walks the ring. It is kept short,
/// because what it holds survives collections, each of which copies it.
/// </remarks>
internal sealed class RecentRequests : IRequestObserver
{
    /// <summary>Records kept.</summary>
    public const int DefaultCapacity = 2_048;

    private readonly RequestRecord?[] _ring;
    private long _next = -1;

    /// <summary>With the default capacity.</summary>
    public RecentRequests()
        : this(DefaultCapacity)
    {
    }

    /// <summary>With another capacity.</summary>
    public RecentRequests(int capacity) => _ring = new RequestRecord?[capacity];

    /// <inheritdoc />
    public void OnSettled(RequestRecord record) =>
        Volatile.Write(ref _ring[Interlocked.Increment(ref _next) % _ring.Length], record);

    /// <summary>The record of a request of the same tenant; another tenant's is as if it did not exist.</summary>
    public bool TryGet(string id, CallerModel caller, [NotNullWhen(true)] out RequestRecord? record)
    {
        if (TryGet(id, out record) && string.Equals(record.Caller.Tenant, caller.Tenant, StringComparison.Ordinal))
        {
            return true;
        }
        record = null;
        return false;
    }

    /// <summary>The record of anyone's request: for the operator.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out RequestRecord? record)
    {
        for (var i = 0; i < _ring.Length; i++)
        {
            if (Volatile.Read(ref _ring[i]) is { } candidate && string.Equals(candidate.Id, id, StringComparison.Ordinal))
            {
                record = candidate;
                return true;
            }
        }
        record = null;
        return false;
    }
}
